// The quota holder as a thread of its own: makes every grant durable before it leaves, away from the path of calls.
//
// Threads: ask() and give_back() from any. On an error of the disk it grants nothing more (fails closed) and says so in
// the log. Bounds: an ask is there at most once a second for a project and gateway, and again when its grant has come.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gateway/quota_holder.h"
#include "gateway/serve/gateway_disk.h"
#include "gateway/serve/quota_source.h"
#include "loop/machine_loop.h"

namespace bsn {

class QuotaKeeper final : public QuotaSource, public TurnHandler<QuotaHolderOutput> {
 public:
  static constexpr std::uint64_t own = 0;  // the number of the gateway in this process

  // The number of the gateway that asked, and its grant.
  using Grant = std::function<void(std::uint64_t to, const QuotaGrant&)>;

  // `grant` is called on the keeper's thread, until stop(). The disk outlives it.
  QuotaKeeper(GatewayDisk& disk, std::int64_t zero_unix_ns, const std::vector<QuotaRecord>& records, Grant grant);
  ~QuotaKeeper() override { stop(); }

  void ask(const QuotaAsk& ask) override { ask_for(own, ask); }
  // For another gateway.
  void ask_for(std::uint64_t gateway, const QuotaAsk& ask);
  void give_back(const QuotaReturn& returned) override;

  // Waits until everything that was asked for before has been granted.
  void settle() override;

  void stop() override;

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
