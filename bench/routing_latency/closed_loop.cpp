#include "bench/routing_latency/closed_loop.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "loop/monotonic_clock.h"

namespace bsn {
namespace {

constexpr Duration call_limit = seconds(10);

grpc::ByteBuffer buffer_of(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

// What all lanes of a run share.
struct Shared {
  const LoopOrder& order;
  Instant end;
  std::mutex mutex;
  std::condition_variable all_done;
  int lanes = 0;
  std::string failure;
  LoopResult result;
};

// One outstanding call after the other. Its callbacks come one at a time, so its own values need no lock.
class Lane {
 public:
  Lane(Shared& shared, const std::shared_ptr<grpc::Channel>& channel) : shared_(shared), stub_(channel) {}

  void send() {
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(std::chrono::system_clock::now() + std::chrono::nanoseconds(call_limit.ns));
    if (!shared_.order.access_key.empty()) context_->AddMetadata("x-api-key", shared_.order.access_key);
    request_ = buffer_of(shared_.order.request);
    sent_ = monotonic_now();
    stub_.UnaryCall(context_.get(), shared_.order.method, {}, &request_, &response_,
                    [this](const grpc::Status& status) { answered(status); });
  }

 private:
  void answered(const grpc::Status& status) {
    const Instant now = monotonic_now();
    if (!status.ok()) return finish(status.error_message().empty() ? "a call failed" : status.error_message());
    latency_.record(now - sent_);
    if (now >= shared_.end) return finish("");
    send();
  }

  void finish(const std::string& failure) {
    const std::lock_guard lock(shared_.mutex);
    shared_.result.calls += latency_.count();
    shared_.result.latency.merge(latency_);
    if (!failure.empty()) shared_.failure = failure;
    if (--shared_.lanes == 0) shared_.all_done.notify_all();
  }

  Shared& shared_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer request_, response_;
  Instant sent_;
  Histogram latency_;
};

// A connection of its own: channels with equal arguments would share one.
std::shared_ptr<grpc::Channel> open_connection(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("bsn.connection", number);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Result<LoopResult> run_closed_loop(const LoopOrder& order) {
  const Instant start = monotonic_now();
  Shared shared{order, start + order.span, {}, {}, order.connections * order.outstanding, {}, {}};
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int i = 0; i < order.connections; ++i) {
    const auto channel = open_connection(order.address, i);
    for (int j = 0; j < order.outstanding; ++j) lanes.push_back(std::make_unique<Lane>(shared, channel));
  }
  for (const auto& lane : lanes) lane->send();
  std::unique_lock lock(shared.mutex);
  shared.all_done.wait(lock, [&] { return shared.lanes == 0; });
  if (!shared.failure.empty()) return Error{ErrorCode::unavailable, order.address + ": " + shared.failure};
  shared.result.seconds = (monotonic_now() - start).seconds();
  return shared.result;
}

}  // namespace bsn
