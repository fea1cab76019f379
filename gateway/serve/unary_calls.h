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

#include "gateway/serve/access_log.h"
#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/loop_sink.h"
#include "gateway/serve/received_call.h"
#include "h2/call.h"

namespace bsn {

class UnaryCalls final : public LoopSink, public h2::CallHandler {
 public:
  // `log`: where a sample of the calls is written, and outlives this; nullptr: nowhere.
  UnaryCalls(h2::Loop& loop, AccessLog* log) : LoopSink(loop), log_(log) {}

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
  std::unique_ptr<AccessEntry> sample(const h2::Call& call, const ClientCall& arrived);

  AccessLog* const log_;
  std::uint32_t until_sample_ = 0;  // calls until the next one that is written
  GatewayShell* shell_ = nullptr;
  std::shared_ptr<CallBatch> batch_;
  std::size_t last_batch_ = 0;  // how many calls it had: room for as many in the next one
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Open> open_calls_;  // only looked up
};

}  // namespace bsn
