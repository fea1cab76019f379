// All unary Submits and Queries that are open on one loop of the HTTP/2 server.
//
// Those that arrive in one turn of the loop go to the machine in one batch, and those that the machine answers in one
// turn of its own come back in one. Threads: the HTTP/2 loop's; the machine's calls what LoopSink says. Bounds: one
// entry per open call, which the budgets of the server bound.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/serve/access_sampler.h"
#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/loop_sink.h"
#include "gateway/serve/received_call.h"
#include "h2/call.h"

namespace bsn {

class UnaryCalls final : public LoopSink, public h2::CallHandler {
 public:
  UnaryCalls(h2::Loop& loop, std::shared_ptr<AccessSampler> sampler) : LoopSink(loop), sampler_(std::move(sampler)) {}

  // Takes a call into this turn's batch; it is answered later. All calls go to the same shell. `bytes`: the message as
  // sent.
  void start(GatewayShell& shell, h2::Call& call, ReceivedCall received, const std::string& bytes);

  // Hands the batch to the machine.
  void end_turn();

  void on_cancel(h2::Call& call) override;
  void abandoned() override {}

 private:
  struct Open {
    std::shared_ptr<h2::Call> call;
    std::string wrong;                    // what is wrong with the call's form, if anything
    std::unique_ptr<AccessEntry> to_log;  // of a call in the sample
  };

  void answered(std::vector<Answer>& answers) override;
  void finish(std::uint64_t id, Reply& reply);

  const std::shared_ptr<AccessSampler> sampler_;
  GatewayShell* shell_ = nullptr;
  std::shared_ptr<CallBatch> batch_;
  std::size_t last_batch_ = 0;  // how many calls it had: room for as many in the next one
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Open> open_calls_;  // only looked up
};

}  // namespace bsn
