// The workload machine: says which call is due when. The same calls for the same seed in both modes.
//
// Open loop: nothing that happens to a call changes when the next one is due. Arrivals, mix, origins and arguments draw
// from streams of their own, so that another mix leaves the arrivals where they were. Memory: constant. Cost: about
// half a microsecond a call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/random.h"
#include "core/time.h"
#include "sim/call_template.h"
#include "sim/rate.h"
#include "sim/scenario.h"

namespace bsn {

// A call with the instant at which it should be sent: latency counts from there.
struct DueCall {
  std::uint64_t sequence = 0;   // 0, 1, 2 ... within the round
  std::uint32_t mix_entry = 0;  // which entry of the round's mix
  Instant intended;
  CityIndex origin;
  Call call;  // idempotency key "<seed>-<round>-<sequence>" for submits
};

class Workload {
 public:
  // `number` is the round's position in the scenario; sending starts at `start`. The scenario has been checked.
  Workload(const Scenario& scenario, std::uint32_t number, Instant start);

  // Appends every call that is due at or before `now`, in order. A caller that comes late gets all it has missed.
  void advance_to(Instant now, std::vector<DueCall>& due);

  // When the next call is due; nullopt: the round is over.
  std::optional<Instant> next_wakeup() const;

  // How many calls the round offers in all; exact for every rate but poisson, whose draw it counts.
  std::uint64_t offered() const;
  // When sending is planned to end: start + the round's duration.
  Instant end() const { return end_; }

 private:
  DueCall make_call(Instant intended);
  std::uint32_t draw_mix_entry();

  Instant start_, end_;
  Random mix_random_, origin_random_, argument_random_;
  ArrivalSchedule arrivals_;
  std::vector<CallTemplate> templates_;  // by mix entry
  std::vector<double> weight_until_;     // running sums of the mix's weights
  std::vector<CityIndex> origins_;       // at least one
  bool in_turn_;                         // see Round
  std::string key_prefix_;               // "<seed>-<round>-"
  std::uint64_t sequence_ = 0;           // of the next call
};

}  // namespace bsn
