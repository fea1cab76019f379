// Records one round as the calls go by: used by the virtual and the live runner alike, on one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/call.h"
#include "sim/report.h"
#include "sim/workload.h"

namespace bsn {

class RunRecorder {
 public:
  RunRecorder(const Scenario& scenario, std::uint32_t round, Instant start);

  void sent(const DueCall& due, Instant when);
  void dropped(const DueCall& due);
  // The answer to a sent call, once each. A second answer counts for ANSWERED as a violation and nowhere else.
  void answered(std::uint64_t sequence, Instant when, const Reply& reply);

  std::uint64_t open() const;       // sent and not answered
  std::uint64_t completed() const;  // answered
  std::uint64_t succeeded() const;  // answered with OK
  // Of the last whole second: for progress lines.
  double recent_tps() const;

  // Ends the round: open calls become unfinished.
  RoundReport finish(Instant when);

  // How many calls were answered exactly once / not so, for the ANSWERED invariant.
  std::uint64_t answered_once() const;
  std::uint64_t answered_wrongly() const;

 private:
  // Private state is the implementer's.
};

}  // namespace bsn
