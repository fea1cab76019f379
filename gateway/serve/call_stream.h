// One client stream of many calls: batches come in, the answers of a turn of the machine go out together.
//
// Bounds: reading pauses, and by HTTP/2's flow control the client, while more than `most_open` calls are read and not
// answered or more than `most_unsent` bytes of answers wait for the client. A message holds at most 1,024 calls.
// Threads: the HTTP/2 loop's; the machine's calls what LoopSink says.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/serve/access_sampler.h"
#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/loop_sink.h"
#include "gateway/serve/request_metadata.h"
#include "h2/call.h"
#include "proto/gateway.pb.h"

namespace bsn {

class CallStream final : public LoopSink, public h2::CallHandler {
 public:
  // nullptr: ended at once, with UNAUTHENTICATED or INVALID_ARGUMENT. `sampler`: of the call's loop.
  static std::shared_ptr<CallStream> start(GatewayShell& shell, h2::Call& call, std::shared_ptr<AccessSampler> sampler);

  CallStream(GatewayShell& shell, h2::Call& call, RequestMetadata metadata, std::shared_ptr<AccessSampler> sampler)
      : LoopSink(call.loop()),
        shell_(shell),
        call_(call.shared_from_this()),
        metadata_(std::move(metadata)),
        sampler_(std::move(sampler)) {}

  void on_message(h2::Call&, std::string& message) override;
  void on_half_close(h2::Call&) override;
  void on_sent(h2::Call&) override { resume_if_room(); }
  void on_cancel(h2::Call&) override;
  void abandoned() override {}

 private:
  static constexpr int most_calls_in_a_message = 1024;
  static constexpr std::size_t most_open = 16'384;
  static constexpr std::size_t most_unsent = 4 * 1024 * 1024;

  std::shared_ptr<CallBatch> take_batch(v1::ClientCalls& incoming);
  void answered(std::vector<Answer>& answers) override;
  void log(const Answer& answer);
  void end_with(const Reply& reply);
  bool room() const { return open_ <= most_open && call_->unsent() <= most_unsent; }
  void resume_if_room();

  GatewayShell& shell_;
  const std::shared_ptr<h2::Call> call_;
  const RequestMetadata metadata_;
  const std::shared_ptr<AccessSampler> sampler_;
  std::size_t open_ = 0;                                  // calls read and not answered
  std::unordered_map<std::uint64_t, std::string> wrong_;  // open calls whose form is wrong, by the client's id
  std::unordered_map<std::uint64_t, std::unique_ptr<AccessEntry>> to_log_;  // open calls in the sample
  bool all_read_ = false;                                                   // the client has half-closed
};

}  // namespace bsn
