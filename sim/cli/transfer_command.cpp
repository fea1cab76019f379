// `bsnsim transfer`: sends, and says how far it is until it is finished.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <random>

#include "core/packet_call.h"
#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "rpc/channel.h"
#include "rpc/refusal.h"
#include "sim/cli/gateway_target.h"
#include "sim/cli/transfer_commands.h"

namespace bsn {
namespace {

constexpr std::chrono::minutes send_limit{10};  // the slowest network's finality fits

Error wrong(std::string why) { return {ErrorCode::invalid_configuration, std::move(why)}; }

struct Account {
  ChainName chain;
  std::string name;
};

// NETWORK[:CHAIN]:ACCOUNT.
Result<Account> parse_account(const std::string& option, const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  const std::string chain = first == last ? text.substr(0, first) + "/main"
                                          : text.substr(0, first) + "/" + text.substr(first + 1, last - first - 1);
  const auto name = parse_chain_name(chain);
  if (first == std::string::npos || !name || last + 1 == text.size()) {
    return wrong(fmt::format("{} '{}' is not NETWORK:ACCOUNT or NETWORK:CHAIN:ACCOUNT", option, text));
  }
  return Account{*name, text.substr(last + 1)};
}

// NETWORK[/CHAIN], or with a colon as in an account's name.
Result<ChainName> parse_chain(const std::string& option, const std::string& text) {
  std::string full = text;
  std::replace(full.begin(), full.end(), ':', '/');
  const auto name = parse_chain_name(full.find('/') == std::string::npos ? full + "/main" : full);
  if (!name) return wrong(fmt::format("{} '{}' is not NETWORK or NETWORK/CHAIN", option, text));
  return *name;
}

std::string hub_name(const std::string& via) {
  if (via == "irita") return "irita-hub";
  if (via == "poly") return "poly-enterprise";
  return via;
}

std::string fresh_key() {
  std::random_device device;
  return fmt::format("cli-{:08x}{:08x}", device(), device());
}

Result<Done> add_terms(const TransferOptions& options, v1::TransferRequest& request) {
  const auto amount = parse_whole_number(options.amount);
  if (!amount || *amount == 0) {
    return wrong(fmt::format("--amount '{}' is not a whole number from 1 to {}", options.amount, ~std::uint64_t{0}));
  }
  request.set_amount(*amount);
  if (!options.timeout.empty()) {
    const auto timeout = parse_duration(options.timeout);
    if (!timeout || timeout->ns <= 0) {
      return wrong(fmt::format("--timeout '{}' is no time to come, such as 600s or 5min", options.timeout));
    }
    request.mutable_timeout()->set_after_ns(timeout->ns);
  }
  if (options.via != "best") {
    const auto hub = parse_chain("--via", hub_name(options.via));
    if (!hub) return hub.error();
    *request.mutable_hub() = encode(*hub);
  }
  if (options.asset.empty()) return Done{};
  const auto asset = parse_chain("--asset", options.asset);
  if (!asset) return asset.error();
  *request.mutable_asset() = encode(*asset);
  return Done{};
}

Result<v1::TransferRequest> make_request(const TransferOptions& options) {
  const auto from = parse_account("--from", options.from);
  if (!from) return from.error();
  const auto to = parse_account("--to", options.to);
  if (!to) return to.error();
  v1::TransferRequest request;
  *request.mutable_source() = encode(from.value().chain);
  request.set_sender(from.value().name);
  *request.mutable_destination() = encode(to.value().chain);
  request.set_receiver(to.value().name);
  request.set_idempotency_key(options.idempotency_key.empty() ? fresh_key() : options.idempotency_key);
  if (auto done = add_terms(options, request); !done) return done.error();
  return request;
}

PacketTrails::Key key_of(const v1::TransferName& name) {
  const auto chain = [](const v1::ChainName& message) { return ChainName{message.network(), message.chain()}; };
  return {{chain(name.hub()), chain(name.source()), chain(name.destination())}, name.sequence()};
}

// One transfer from its sending to its end.
class Sending {
 public:
  Sending(const TransferOptions& options, GatewayTarget target)
      : options_(options), target_(std::move(target)), stub_(v1::Gateway::NewStub(target_.channel())) {}

  int run(const v1::TransferRequest& request) {
    if (const auto refused = send(request)) return report(*refused);
    const std::string name = packet_name(key_of(sent_.name()));
    fmt::print(stderr, "{:8.3f} s  sent, in block {} of {}\n", elapsed(), sent_.reply().height(),
               to_string(key_of(sent_.name()).lane.source));
    std::string end = "sent";
    if (options_.wait) end = watch();
    if (end == "received" && !one_way_went_well()) end = "stuck";
    print_end(name, end);
    return !options_.wait || end == "acknowledged" || end == "received" || end == "done" ? 0 : 1;
  }

 private:
  double elapsed() const { return (monotonic_now() - begun_).seconds(); }

  void dress(grpc::ClientContext& context, std::chrono::seconds limit) const {
    context.AddMetadata("x-api-key", target_.access_key);
    if (!options_.origin.empty()) context.AddMetadata("x-bsn-origin", options_.origin);
    context.set_deadline(std::chrono::system_clock::now() + limit);
  }

  // What the gateway refused; nullopt: it is sent.
  std::optional<Reply> send(const v1::TransferRequest& request) {
    grpc::ClientContext context;
    dress(context, send_limit);
    const grpc::Status status = stub_->Transfer(&context, request, &sent_);
    if (status.ok()) return std::nullopt;
    return received_reply(status, v1::Reply());
  }

  // The last stage that was seen.
  std::string watch() {
    grpc::ClientContext context;
    dress(context, std::chrono::seconds(options_.patience_s));
    const auto reader = stub_->WatchTransfer(&context, sent_.name());
    std::string stage = "sent";
    v1::TransferState state;
    while (reader->Read(&state)) {
      if (state.stage() != "sent") fmt::print(stderr, "{:8.3f} s  {}\n", elapsed(), in_words(state));
      stage = state.stage();
      outcome_ = state.outcome();
    }
    const grpc::Status status = reader->Finish();
    if (!status.ok())
      fmt::print(stderr, "{:8.3f} s  not waited for any longer: {}\n", elapsed(), status.error_message());
    return stage;
  }

  static std::string in_words(const v1::TransferState& state) {
    if (state.stage() == "at_hub") return "taken over by the hub";
    if (state.stage() == "refused") return "refused by the destination: " + state.outcome();
    if (state.stage() == "timed_out") return "not received in time, as the hub knows";
    return state.stage();
  }

  // Where nothing comes back, only the destination's block says what came of it.
  bool one_way_went_well() {
    const PacketTrails::Key key = key_of(sent_.name());
    const auto trails = read_trails(target_, {key.lane.destination});
    if (!trails) return true;
    const auto trail = trails.value().all().find(key);
    if (trail == trails.value().all().end()) return true;
    const TrailStep* received = trail->second.find(TrailStep::What::received);
    if (received == nullptr || received->result.starts_with("ok ")) return true;
    outcome_ = received->result;
    return false;
  }

  void print_end(const std::string& name, const std::string& end) const {
    if (options_.json) {
      const boost::json::object whole{{"transfer", name},     {"id", sent_.id()},
                                      {"end", end},           {"outcome", outcome_},
                                      {"seconds", elapsed()}, {"height", sent_.reply().height()}};
      fmt::print("{}\n", boost::json::serialize(whole));
      return;
    }
    fmt::print("{}{}\n  transfer  {}\n", end, outcome_.empty() ? "" : ": " + outcome_, name);
    if (end != "sent") fmt::print("  look      bsnsim trace {}\n", name);
  }

  int report(const Reply& refused) const {
    if (options_.json) {
      fmt::print("{}\n", boost::json::serialize(boost::json::object{{"status", to_string(refused.status)},
                                                                    {"reason", to_string(refused.reason)},
                                                                    {"message", refused.message}}));
    } else {
      fmt::print("{}{}\n  message   {}\n", to_string(refused.status),
                 refused.reason == Reason::none ? "" : " " + std::string(to_string(refused.reason)), refused.message);
    }
    return 1;
  }

  const TransferOptions& options_;
  const GatewayTarget target_;
  const std::unique_ptr<v1::Gateway::Stub> stub_;
  const Instant begun_ = monotonic_now();
  v1::TransferSent sent_;
  std::string outcome_;
};

}  // namespace

int command_transfer(const TransferOptions& options) {
  const auto request = make_request(options);
  if (!request) return report_error(request.error());
  const Result<GatewayTarget> target = find_gateway(options);
  if (!target) return report_error(target.error());
  return Sending(options, *target).run(*request);
}

}  // namespace bsn
