#include "gateway/serve/account_service.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"
#include "rpc/secret.h"

namespace bsn {
namespace {

constexpr Duration longest_grace = seconds(30 * 24 * 60 * 60);

Reply refusal_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
      return refusal(Status::not_found, Reason::none, error.message);
    case ErrorCode::already_exists:
      return refusal(Status::already_exists, Reason::none, error.message);
    case ErrorCode::exhausted:
      return refusal(Status::resource_exhausted, Reason::none, error.message);
    case ErrorCode::invalid_configuration:
    case ErrorCode::corrupt:
      return refusal(Status::invalid_argument, Reason::malformed, error.message);
    default:
      return refusal(Status::internal, Reason::none, error.message);
  }
}

Error wrong(std::string why) { return {ErrorCode::invalid_configuration, std::move(why)}; }

// A change that makes a key, and what it makes of it for its owner.
struct NewSecret {
  std::string secret;  // empty: the owner has it
  Digest verifier;
};

Result<NewSecret> secret_for(const std::string& public_key) {
  if (public_key.empty()) {
    NewSecret made{"bsn_" + to_hex(random_secret()), {}};
    made.verifier = sha256(made.secret);
    return made;
  }
  const Result<Digest> key = decode_digest(public_key);
  if (!key) return wrong("a public key is 32 bytes long");
  return NewSecret{"", *key};
}

using Answer = Result<v1::AccountsChanged>;

v1::MadeKey made_key(const Accounts& accounts, const std::string& project, const std::string& secret) {
  const auto found = std::find_if(accounts.projects.begin(), accounts.projects.end(),
                                  [&](const ProjectAccount& each) { return each.name == project; });
  v1::MadeKey made;
  made.set_project(project);
  made.set_id(newest_key(*found).id);
  made.set_secret(secret);
  return made;
}

Answer change(AccountBook& book, const AccountChange& order, const char* what, const std::string& name) {
  const auto accounts = book.change({order});
  if (!accounts) return accounts.error();
  spdlog::info("{} {}", what, name);
  v1::AccountsChanged answer;
  answer.set_revision((*accounts)->revision);
  return answer;
}

// A grant of a network that nobody runs is a slip of the pen.
Result<Done> check_networks(const Grants& grants, const GatewaySpec& spec) {
  std::set<std::string> known;
  for (const RouteSpec& route : spec.routes) known.insert(route.name.network);
  for (const std::string& network : grants.networks) {
    if (network == "*" || known.contains(network)) continue;
    return wrong(fmt::format("there is no network '{}': '*' or some of {}", network, fmt::join(known, ", ")));
  }
  return Done{};
}

Answer create_project(AccountBook& book, const GatewaySpec& spec, const v1::NewProject& order) {
  const Result<Grants> grants = decode(order.grants());
  if (!grants) return grants.error();
  if (const auto known = check_networks(*grants, spec); !known) return known.error();
  const Result<Plan> plan = decode(order.plan());
  if (!plan) return plan.error();
  return change(book, CreateProject{order.name(), order.portal(), *grants, *plan}, "created project", order.name());
}

// What an order for a new key says of its kind.
template <class Order>
Result<KeyKind> kind_of(const Order& order) {
  if (order.kind() > static_cast<std::uint32_t>(KeyKind::sm2)) return wrong("there is no such kind of key");
  const auto kind = static_cast<KeyKind>(order.kind());
  if (!order.public_key().empty()) return kind == KeyKind::api ? KeyKind::ed25519 : kind;
  if (kind == KeyKind::api) return kind;
  return wrong("a key of this kind needs its public half");
}

Answer create_key(AccountBook& book, const v1::NewKey& order) {
  const Result<NewSecret> secret = secret_for(order.public_key());
  if (!secret) return secret.error();
  const Result<KeyKind> kind = kind_of(order);
  if (!kind) return kind.error();
  const auto accounts = book.change({CreateKey{order.project(), *kind, secret.value().verifier}});
  if (!accounts) return accounts.error();
  v1::AccountsChanged answer;
  answer.set_revision((*accounts)->revision);
  *answer.add_keys() = made_key(**accounts, order.project(), secret.value().secret);
  spdlog::info("created key {}", answer.keys(0).id());
  return answer;
}

Answer create(AccountBook& book, const GatewaySpec& spec, const v1::CreateAccountRequest& order) {
  switch (order.what_case()) {
    case v1::CreateAccountRequest::kPortal:
      return change(book, CreatePortal{order.portal()}, "created portal", order.portal());
    case v1::CreateAccountRequest::kProject:
      return create_project(book, spec, order.project());
    case v1::CreateAccountRequest::kKey:
      return create_key(book, order.key());
    default:
      return wrong("say what to create");
  }
}

Answer revoke(AccountBook& book, const v1::AccountName& order) {
  switch (order.which_case()) {
    case v1::AccountName::kPortal:
      return change(book, RevokePortal{order.portal()}, "revoked portal", order.portal());
    case v1::AccountName::kProject:
      return change(book, RevokeProject{order.project()}, "revoked project", order.project());
    case v1::AccountName::kKey:
      return change(book, RevokeKey{order.key()}, "revoked key", order.key());
    default:
      return wrong("say what to revoke");
  }
}

// Ids of the keys that are to be rotated.
Result<std::vector<std::string>> keys_of(const Accounts& accounts, const v1::AccountName& which) {
  if (which.which_case() == v1::AccountName::kKey) return std::vector<std::string>{which.key()};
  std::vector<std::string> keys;
  for (const ProjectAccount& project : accounts.projects) {
    const bool meant = which.which_case() == v1::AccountName::kPortal ? project.portal == which.portal()
                                                                      : project.name == which.project();
    if (!meant || !active(accounts, project)) continue;
    for (std::string& id : keys_to_rotate(project)) keys.push_back(std::move(id));
  }
  if (keys.empty()) return Error{ErrorCode::not_found, "there is no API key in use to rotate"};
  return keys;
}

std::int64_t unix_now_ns() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
}

// One key: an API key must not have a public half of the next one, the others need it.
Result<Done> check_rotation(const Accounts& accounts, const v1::RotateAccountRequest& order) {
  if (order.which().which_case() == v1::AccountName::WHICH_NOT_SET) return wrong("say what to rotate");
  if (order.grace_ns() < 0 || order.grace_ns() > longest_grace.ns) return wrong("the grace is 0 to 30 days");
  if (order.which().which_case() != v1::AccountName::kKey) return Done{};
  const Result<KeyKind> kind = kind_of(order);
  if (!kind) return kind.error();
  const ProjectAccount* project = project_of_key(accounts, order.which().key());
  if (!project) return Done{};  // that will be said
  for (const AccessKey& key : project->keys) {
    if (key.id != order.which().key() || key.kind == *kind) continue;
    if (key.kind == KeyKind::api) return wrong("an API key is replaced by one that the gateway makes");
    return wrong(fmt::format("a key of kind {} is replaced by another public key of that kind", to_string(key.kind)));
  }
  return Done{};
}

Answer rotate(AccountBook& book, const v1::RotateAccountRequest& order) {
  const auto before = book.now();
  if (const auto fits = check_rotation(*before, order); !fits) return fits.error();
  const auto keys = keys_of(*before, order.which());
  if (!keys) return keys.error();
  v1::AccountsChanged answer;
  std::vector<AccountChange> changes;
  for (const std::string& id : *keys) {
    const Result<NewSecret> secret = secret_for(order.public_key());
    if (!secret) return secret.error();
    changes.emplace_back(
        RotateKey{id, secret.value().verifier, std::max<std::int64_t>(1, unix_now_ns() + order.grace_ns())});
    v1::MadeKey& made = *answer.add_keys();
    made.set_secret(secret.value().secret);
    made.set_replaces(id);
  }
  const auto after = book.change(changes);
  if (!after) return after.error();
  answer.set_revision((*after)->revision);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Digest& verifier = std::get<RotateKey>(changes[i]).verifier;
    v1::MadeKey& made = *answer.mutable_keys(static_cast<int>(i));
    const ProjectAccount* project = project_of_key(**after, made.replaces());
    made.set_project(project->name);
    for (const AccessKey& key : project->keys) {
      if (key.verifier == verifier) made.set_id(key.id);
    }
    spdlog::info("rotated key {} to {}", made.replaces(), made.id());
  }
  return answer;
}

// What identifies an API key stays here: from a digest a weak key could be guessed.
v1::ListAccountsResponse list(const Accounts& accounts) {
  v1::ListAccountsResponse response;
  for (const PortalAccount& portal : accounts.portals) *response.add_portals() = encode(portal);
  for (const ProjectAccount& project : accounts.projects) {
    v1::ProjectAccount& shown = *response.add_projects() = encode(project);
    for (v1::AccessKey& key : *shown.mutable_keys()) {
      if (key.kind() == static_cast<std::uint32_t>(KeyKind::api)) key.clear_verifier();
    }
  }
  return response;
}

}  // namespace

std::optional<Reply> AccountService::refuse(const h2::Call& call) const {
  if (!on_loopback(call)) {
    return refusal(Status::permission_denied, Reason::none, "accounts are changed on the gateway's machine only");
  }
  if (!same_digest(sha256(call.metadata().only("x-admin-key").value_or("")), admin_key_hash_)) {
    return refusal(Status::unauthenticated, Reason::unknown_key, "the admin key is missing or not valid");
  }
  if (book_.load()) return std::nullopt;
  return refusal(Status::unavailable, Reason::no_healthy_peer, "the gateway has not been commissioned yet");
}

std::optional<Reply> AccountService::refuse_change() const {
  const GatewayTeam& team = shell_.load()->spec()->team;
  if (team.holder.empty()) return std::nullopt;
  return refusal(
      Status::failed_precondition, Reason::none,
      fmt::format("accounts are changed at the gateway of {}, {}: this one follows it", team.holder_city, team.holder));
}

template <class Request, class Function>
void AccountService::add(h2::Methods& methods, const char* name, Function function) {
  methods.add(std::string("/bsn.v1.Accounts/") + name,
              unary_method<Request>(
                  [this, function](h2::Call& call, const Request& request) -> std::shared_ptr<h2::CallHandler> {
                    auto refused = refuse(call);
                    constexpr bool changes = !std::is_same_v<Request, v1::ListAccountsRequest>;
                    if (!refused && changes) refused = refuse_change();
                    if (refused) {
                      call.finish(outcome_of(*refused));
                      return nullptr;
                    }
                    const auto response = function(*book_.load(), request);
                    if (response) {
                      answer(call, response.value());
                    } else {
                      call.finish(outcome_of(refusal_of(response.error())));
                    }
                    return nullptr;
                  }));
}

AccountService::AccountService(h2::Methods& methods, const Digest& admin_key_hash) : admin_key_hash_(admin_key_hash) {
  add<v1::CreateAccountRequest>(methods, "Create", [this](AccountBook& book, const v1::CreateAccountRequest& order) {
    return create(book, *shell_.load()->spec(), order);
  });
  add<v1::RotateAccountRequest>(methods, "Rotate", rotate);
  add<v1::AccountName>(methods, "Revoke", revoke);
  add<v1::ListAccountsRequest>(methods, "List", [](AccountBook& book, const v1::ListAccountsRequest&) {
    return Result<v1::ListAccountsResponse>(list(*book.now()));
  });
}

}  // namespace bsn
