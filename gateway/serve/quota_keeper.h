// The quota holder as a thread of its own: makes every grant durable before it leaves, away from the path of calls.
//
// Threads: ask() and give_back() from any. On an error of the disk it grants nothing more (fails closed) and says so in
// the log. Bounds: an ask is there at most once a second for a project, and again when its grant has come.
#pragma once

#include <functional>
#include <vector>

#include "gateway/quota_holder.h"
#include "gateway/serve/gateway_disk.h"
#include "loop/machine_loop.h"

namespace bsn {

class QuotaKeeper final : public TurnHandler<QuotaHolderOutput> {
 public:
  using Grant = std::function<void(const QuotaGrant&)>;

  // `grant` is called on the keeper's thread, until stop(). The disk outlives it.
  QuotaKeeper(GatewayDisk& disk, std::int64_t zero_unix_ns, const std::vector<QuotaRecord>& records, Grant grant);
  ~QuotaKeeper() override { stop(); }

  void ask(const QuotaAsk& ask);
  void give_back(const QuotaReturn& returned);

  // Waits until everything that was asked for before has been granted.
  void settle();

  // Does what was asked for before. Idempotent.
  void stop();

 private:
  static constexpr std::size_t inbox_bound = 65'536;

  void end_turn(Instant now, std::vector<QuotaHolderOutput>& outputs) override;

  GatewayDisk& disk_;
  Grant grant_;
  QuotaHolder holder_;
  bool broken_ = false;
  MachineLoop<QuotaHolder, QuotaHolderInput, QuotaHolderOutput> loop_;  // last: starts when everything else is there
};

}  // namespace bsn
