// The shell of a relayer: its machine on a loop of its own, as a client of one gateway.
//
// It watches the final blocks of every chain from the first one on and sends the machine's calls over one stream. What
// breaks is opened again after a pause; calls that were open then count as failed, and the machine tries them again.
// It keeps nothing on disk.
//
// Bounds: blocks_max blocks wait for the machine; beyond, a watch ends and begins again at the block that found no
// room. Threads: the loop's own; start, stop and metrics may be called from any other.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "loop/machine_loop.h"
#include "relay/relay_machine.h"
#include "relay/serve/gateway_links.h"
#include "rpc/metrics.h"

namespace bsn {

struct RelayerOptions {
  RelayerSpec spec;
  std::string gateway;     // HOST:PORT
  std::string access_key;  // of a project that may call every chain
  std::string origin;      // the city that it calls from
  std::vector<ChainName> chains;
};

class RelayerShell final : public TurnHandler<RelayCall> {
 public:
  static constexpr std::size_t blocks_max = 4096;

  explicit RelayerShell(RelayerOptions options);
  ~RelayerShell() override { stop(); }

  // Ends the loop and all links; what was under way is left to whoever relays next. Idempotent.
  void stop();

  std::vector<prometheus::MetricFamily> metrics();

  void end_turn(Instant now, std::vector<RelayCall>& outputs) override;
  std::optional<Instant> next_wakeup() const override;

 private:
  using Loop = MachineLoop<RelayMachine, SawBlock, RelayCall>;

  struct Watch {
    ChainName chain;
    std::shared_ptr<BlockLink> link;
    Height next = 1;
    Instant open_at{};
  };

  void open_calls(Instant now);
  void open_watch(Instant now, std::size_t number);
  void send(std::vector<RelayCall>& outputs);
  void log_progress(Instant now);
  void log_stalled();
  // Tasks for the loop from a link; `ended`: it was the link's last word.
  void on_loop(Loop::Task task, bool ended);
  void began();

  const RelayerOptions options_;
  const std::unique_ptr<v1::Gateway::Stub> stub_;
  RelayMachine machine_;
  std::vector<Watch> watches_;
  std::shared_ptr<CallLink> calls_;
  Instant calls_open_at_{};
  Instant progress_at_{};
  RelayCounters logged_;
  std::set<std::pair<ChainName, ChainName>> stalled_;  // as logged: witness, target
  bool lost_ = false;                                  // said so in the log

  std::mutex mutex_;  // guards open_links_ and loop_'s making
  std::condition_variable all_ended_;
  std::size_t open_links_ = 0;
  std::unique_ptr<Loop> loop_;  // last: its thread uses all of the above
};

}  // namespace bsn
