#include "gateway/serve/transfer_methods.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/packet_call.h"
#include "edge/inner_call.h"
#include "gateway/serve/request_metadata.h"
#include "gateway/serve/transfer_order.h"
#include "gateway/serve/transfer_routes.h"
#include "gateway/serve/transfer_watch.h"
#include "proto/codec.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

using Handler = std::shared_ptr<h2::CallHandler>;

edge::Caller caller_of(const h2::Call& call) {
  const RequestMetadata metadata = read_metadata(call.metadata());
  return {metadata.access_key, metadata.origin, call.peer()};
}

// What these methods ask of everybody; the inner calls ask for grants, rate and quota.
std::optional<Reply> refuse(GatewayShell* shell, const h2::Call& call) {
  if (shell == nullptr) {
    return refusal(Status::unavailable, Reason::no_healthy_peer, "the gateway has not been commissioned yet");
  }
  const RequestMetadata metadata = read_metadata(call.metadata());
  if (!shell->callers()->know(metadata.access_key, monotonic_now())) {
    return refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not valid");
  }
  if (!metadata.malformed) return std::nullopt;
  return refusal(Status::invalid_argument, Reason::malformed, "x-bsn-origin is not a city's name");
}

// ---- Transfer, CallRemote ----

// The write on the source, and its answer as the outer call's.
class TransferSend final : public h2::CallHandler, public std::enable_shared_from_this<TransferSend> {
 public:
  static Handler start(const h2::Methods& methods, h2::Call& call, TransferOrder order) {
    const auto send = std::make_shared<TransferSend>(call, std::move(order.lane));
    const auto timeout = call.timeout().value_or(std::chrono::nanoseconds(0));
    send->submit_ = edge::InnerCall::start(
        call.loop(), methods, "/bsn.v1.Gateway/Submit", encode_submit(order.call), caller_of(call), timeout,
        [send](std::string_view bytes) { send->got(bytes); },
        [send](const h2::Outcome& outcome) { send->ended(outcome); });
    return send;
  }

  TransferSend(h2::Call& call, PacketLane lane) : call_(call.shared_from_this()), lane_(std::move(lane)) {}

  void on_cancel(h2::Call&) override {
    if (submit_) submit_->cancel();
  }

 private:
  void got(std::string_view bytes) {
    v1::TransferSent sent;
    if (!sent.mutable_reply()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
    *sent.mutable_name()->mutable_hub() = encode(lane_.hub);
    *sent.mutable_name()->mutable_source() = encode(lane_.source);
    *sent.mutable_name()->mutable_destination() = encode(lane_.destination);
    const std::string& value = sent.reply().value();  // "SEQUENCE ID"
    sent.mutable_name()->set_sequence(leading_sequence(value));
    if (const auto space = value.find(' '); space != std::string::npos) sent.set_id(value.substr(space + 1));
    call_->send(sent.SerializeAsString());
  }
  void ended(const h2::Outcome& outcome) { call_->finish(outcome); }

  const std::shared_ptr<h2::Call> call_;
  const PacketLane lane_;
  std::shared_ptr<edge::InnerCall> submit_;
};

template <class Request>
h2::Method sending_method(const h2::Methods& methods, const std::atomic<GatewayShell*>& current) {
  return unary_method<Request>([&methods, &current](h2::Call& call, const Request& request) -> Handler {
    GatewayShell* shell = current.load();
    auto refused = refuse(shell, call);
    if (!refused) {
      auto order = order_of(*shell->spec(), request);
      if (auto* good = std::get_if<TransferOrder>(&order)) return TransferSend::start(methods, call, std::move(*good));
      refused = std::get<Reply>(std::move(order));
    }
    call.finish(outcome_of(*refused));
    return nullptr;
  });
}

// ---- GetTransfer, WatchTransfer ----

std::variant<TransferSubject, Reply> subject_of(const GatewaySpec& spec, const v1::TransferName& message) {
  const auto name = [](const v1::ChainName& chain) { return ChainName{chain.network(), chain.chain()}; };
  const PacketLane lane{name(message.hub()), name(message.source()), name(message.destination())};
  if (auto refused = why_no_way(spec, lane.source, lane.destination)) return *std::move(refused);
  const RouteSpec* hub = find_route(spec, lane.hub);
  const bool one_way = hub != nullptr && hub->cross_chain == CrossChainPart::one_way_hub;
  if (!one_way && (hub == nullptr || hub->cross_chain != CrossChainPart::hub)) {
    return refusal(Status::not_found, Reason::unknown_network, "there is no hub " + to_string(lane.hub));
  }
  if (message.sequence() == 0) return refusal(Status::invalid_argument, Reason::malformed, "sequence is 0");
  return TransferSubject{{lane, message.sequence()}, one_way};
}

h2::Method looking_method(const h2::Methods& methods, const std::atomic<GatewayShell*>& current,
                          TransferWatch::Ends ends) {
  return unary_method<v1::TransferName>(
      [&methods, &current, ends](h2::Call& call, const v1::TransferName& request) -> Handler {
        GatewayShell* shell = current.load();
        auto refused = refuse(shell, call);
        if (!refused) {
          auto subject = subject_of(*shell->spec(), request);
          if (auto* good = std::get_if<TransferSubject>(&subject)) {
            return TransferWatch::start(methods, call, caller_of(call), *good, ends);
          }
          refused = std::get<Reply>(std::move(subject));
        }
        call.finish(outcome_of(*refused));
        return nullptr;
      });
}

h2::Method quoting_method(const std::atomic<GatewayShell*>& current) {
  return unary_method<v1::QuoteRouteRequest>(
      [&current](h2::Call& call, const v1::QuoteRouteRequest& request) -> Handler {
        GatewayShell* shell = current.load();
        auto refused = refuse(shell, call);
        const ChainName source{request.source().network(), request.source().chain()};
        const ChainName destination{request.destination().network(), request.destination().chain()};
        if (!refused) refused = why_no_way(*shell->spec(), source, destination);
        if (refused) {
          call.finish(outcome_of(*refused));
        } else {
          answer(call, quote_routes(*shell->spec(), source, destination));
        }
        return nullptr;
      });
}

}  // namespace

void add_transfer_methods(h2::Methods& methods, const std::atomic<GatewayShell*>& current) {
  const std::string service = "/bsn.v1.Gateway/";
  methods.add(service + "Transfer", sending_method<v1::TransferRequest>(methods, current));
  methods.add(service + "CallRemote", sending_method<v1::CallRemoteRequest>(methods, current));
  methods.add(service + "GetTransfer", looking_method(methods, current, TransferWatch::Ends::after_one_look));
  methods.add(service + "WatchTransfer", looking_method(methods, current, TransferWatch::Ends::when_finished));
  methods.add(service + "QuoteRoute", quoting_method(current));
}

}  // namespace bsn
