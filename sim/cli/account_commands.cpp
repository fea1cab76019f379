// Asks the gateway of a running cluster to change who may call, with the admin key that lies in the cluster's folder.
#include "sim/cli/account_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/mac_signature.h"
#include "proto/accounts.grpc.pb.h"
#include "proto/codec.h"
#include "rpc/channel.h"
#include "rpc/refusal.h"
#include "rpc/secret.h"
#include "sim/cli/key_file.h"
#include "sim/live/endpoints.h"

namespace bsn {
namespace {

using What = AccountOptions::What;
using Stub = v1::Accounts::Stub;

constexpr std::chrono::seconds rpc_limit{20};

// 104 when it was said wrongly, as with every file and flag; 1 for the rest.
int refused(const grpc::Status& status) {
  fmt::print(stderr, "bsnsim: {}\n", received_reply(status, {}).message);
  switch (status.error_code()) {
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::INVALID_ARGUMENT:
      return 104;
    default:
      return 1;
  }
}

template <class Request, class Response>
int ask(const AccountOptions& options, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
        const Request& request, Response& response) {
  const std::string folder = cluster_folder(options.name);
  const auto endpoints = read_endpoints(folder);
  if (!endpoints) return report_error(endpoints.error());
  const auto key = read_secret(folder + "/data/gateway/admin.key");
  if (!key) return report_error(key.error());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + rpc_limit);
  context.AddMetadata("x-admin-key", key.value());
  const auto stub = v1::Accounts::NewStub(open_channel(endpoints->gateway.grpc));
  const grpc::Status status = (stub.get()->*method)(&context, request, &response);
  return status.ok() ? 0 : refused(status);
}

v1::AccountName named(const AccountOptions& options) {
  v1::AccountName which;
  if (options.what == What::portal) which.set_portal(options.subject);
  if (options.what == What::project) which.set_project(options.subject);
  if (options.what == What::key) which.set_key(options.subject);
  return which;
}

// What was given as the public half of a key; no bytes: nothing was.
struct PublicHalf {
  std::string bytes;
  KeyKind kind = KeyKind::api;
};
Result<PublicHalf> public_half_in(const AccountOptions& options) {
  if (!options.pem.empty()) {
    std::ifstream file(options.pem, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!file) return Error{ErrorCode::invalid_configuration, "can't read " + options.pem};
    const auto key = mac_key_of_pem(text);
    if (!key) return Error{key.error().code, options.pem + ": " + key.error().message};
    return PublicHalf{std::string(key->x.view()), key->kind};
  }
  if (options.public_key.empty()) return PublicHalf{};
  const auto key = digest_from_hex(options.public_key);
  if (key) return PublicHalf{std::string(key->view()), KeyKind::ed25519};
  return Error{ErrorCode::invalid_configuration,
               "--public-key needs 64 lower-case hex digits, as `bsnsim key new` prints them"};
}

void print_changed(const AccountOptions& options, const v1::AccountsChanged& answer) {
  if (options.json) {
    boost::json::array keys;
    for (const v1::MadeKey& key : answer.keys()) {
      keys.push_back(
          {{"project", key.project()}, {"id", key.id()}, {"secret", key.secret()}, {"replaces", key.replaces()}});
    }
    fmt::print("{}\n",
               boost::json::serialize(boost::json::object{{"revision", answer.revision()}, {"keys", std::move(keys)}}));
    return;
  }
  for (const v1::MadeKey& key : answer.keys()) {
    fmt::print("key {} of project {}{}\n", key.id(), key.project(),
               key.replaces().empty() ? "" : " in place of " + key.replaces());
    if (!key.secret().empty()) fmt::print("{}\n", key.secret());
  }
  if (answer.keys().empty()) {
    fmt::print("done\n");
  } else if (!answer.keys(0).secret().empty()) {
    fmt::print(stderr, "this is shown once: keep it safe\n");
  }
}

std::string until(std::int64_t unix_ns) {
  if (unix_ns == 0) return "in use";
  const auto when = static_cast<std::time_t>(unix_ns / 1'000'000'000);
  if (when <= std::time(nullptr)) return "ended";
  std::tm utc{};
  gmtime_r(&when, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "until %F %TZ", &utc);
  return text;
}

std::string names(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return list.empty() ? "all" : fmt::format("{}", fmt::join(list, ","));
}

void print_portals(const v1::ListAccountsResponse& response) {
  for (const v1::PortalAccount& portal : response.portals()) {
    std::vector<std::string> projects;
    for (const v1::ProjectAccount& project : response.projects()) {
      if (project.portal() == portal.name()) projects.push_back(project.name());
    }
    fmt::print("{:<24} {:<8} {}\n", portal.name(), portal.revoked() ? "revoked" : "in use", fmt::join(projects, " "));
  }
}

void print_projects(const v1::ListAccountsResponse& response) {
  for (const v1::ProjectAccount& project : response.projects()) {
    const v1::Grants& grants = project.grants();
    const v1::Plan& plan = project.plan();
    const auto limit = [](double figure) {
      return figure > 0 ? fmt::format("{:g}", figure) : std::string("unlimited");
    };
    fmt::print("{:<24} {:<8} of {}; networks {}; services {}; methods {}; {}; {} calls/s, burst {}, {} a day\n",
               project.name(), project.revoked() ? "revoked" : "in use", project.portal(), names(grants.networks()),
               names(grants.services()), names(grants.methods()), grants.write() ? "reads and writes" : "reads only",
               limit(plan.calls_per_second()), limit(plan.burst()), limit(static_cast<double>(plan.calls_per_day())));
  }
}

void print_keys(const v1::ListAccountsResponse& response) {
  for (const v1::ProjectAccount& project : response.projects()) {
    for (const v1::AccessKey& key : project.keys()) {
      const auto verifier = decode_digest(key.verifier());
      const bool shown = verifier && !verifier.value().is_zero();
      fmt::print("{:<24} {:<8} {}{}\n", key.id(), to_string(static_cast<KeyKind>(key.kind())),
                 key.revoked() ? "revoked" : until(key.ends_ns()), shown ? "  " + to_hex(verifier.value()) : "");
    }
  }
}

void print_list(const AccountOptions& options, const v1::ListAccountsResponse& response) {
  if (options.json) {
    std::string text;
    google::protobuf::util::JsonPrintOptions print;
    print.always_print_primitive_fields = true;
    print.preserve_proto_field_names = true;
    const auto done = google::protobuf::util::MessageToJsonString(response, &text, print);
    fmt::print("{}\n", done.ok() ? text : "{}");
    return;
  }
  if (options.what == What::portal) print_portals(response);
  if (options.what == What::project) print_projects(response);
  if (options.what == What::key) print_keys(response);
}

v1::CreateAccountRequest project_order(const AccountOptions& options) {
  v1::CreateAccountRequest order;
  v1::NewProject& project = *order.mutable_project();
  project.set_name(options.subject);
  project.set_portal(options.portal);
  *project.mutable_grants() =
      encode(Grants{options.networks, options.services, options.methods, true, !options.read_only});
  const double burst = options.burst > 0 ? options.burst : std::max(1.0, options.calls_per_second);
  *project.mutable_plan() =
      encode(Plan{options.calls_per_second, options.calls_per_second > 0 ? burst : 0, options.calls_per_day});
  return order;
}

}  // namespace

int command_account_create(const AccountOptions& options) {
  v1::CreateAccountRequest order;
  if (options.what == What::portal) order.set_portal(options.subject);
  if (options.what == What::project) order = project_order(options);
  if (options.what == What::key) {
    const auto half = public_half_in(options);
    if (!half) return report_error(half.error());
    order.mutable_key()->set_project(options.subject);
    order.mutable_key()->set_public_key(half->bytes);
    order.mutable_key()->set_kind(static_cast<std::uint32_t>(half->kind));
  }
  v1::AccountsChanged answer;
  const int code = ask(options, &Stub::Create, order, answer);
  if (code == 0) print_changed(options, answer);
  return code;
}

int command_account_list(const AccountOptions& options) {
  v1::ListAccountsResponse response;
  const int code = ask(options, &Stub::List, v1::ListAccountsRequest(), response);
  if (code == 0) print_list(options, response);
  return code;
}

int command_account_rotate(const AccountOptions& options) {
  const auto half = public_half_in(options);
  if (!half) return report_error(half.error());
  const auto grace = parse_duration(options.grace);
  if (!grace)
    return report_error(
        {ErrorCode::invalid_configuration, "--grace: '" + options.grace + "' is no time, such as \"30 min\""});
  v1::RotateAccountRequest order;
  *order.mutable_which() = named(options);
  order.set_grace_ns(grace->ns);
  order.set_public_key(half->bytes);
  order.set_kind(static_cast<std::uint32_t>(half->kind));
  v1::AccountsChanged answer;
  const int code = ask(options, &Stub::Rotate, order, answer);
  if (code == 0) print_changed(options, answer);
  return code;
}

int command_account_revoke(const AccountOptions& options) {
  v1::AccountsChanged answer;
  const int code = ask(options, &Stub::Revoke, named(options), answer);
  if (code == 0) print_changed(options, answer);
  return code;
}

int command_key_new(const AccountOptions& options) {
  const Result<KeyFile> made = make_key_file(options.key_file, options.subject);
  if (!made) return report_error(made.error());
  const std::string public_key = to_hex(Digest{made.value().key.public_key().bytes});
  fmt::print("{}\n", public_key);
  fmt::print(stderr, "the secret half is in {}; make it known with: bsnsim key create {} --public-key {}\n",
             options.key_file, options.subject, public_key);
  return 0;
}

}  // namespace bsn
