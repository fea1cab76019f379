// The workload machine: says which call is due when. The same calls for the same seed in both modes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/call.h"
#include "core/random.h"
#include "core/time.h"
#include "sim/scenario.h"

namespace bsn {

// A call with the instant at which it should be sent: latency counts from there.
struct DueCall {
  std::uint64_t sequence = 0;  // 0, 1, 2 ... within the round
  std::uint32_t mix_entry = 0; // which entry of the round's mix
  Instant intended;
  CityIndex origin;
  Call call;                   // idempotency key "<seed>-<round>-<sequence>" for submits
};

class Workload {
 public:
  // `number` is the round's position in the scenario; sending starts at `start`.
  Workload(const Scenario& scenario, std::uint32_t number, Instant start);

  // Appends every call that is due at or before `now`, in order.
  void advance_to(Instant now, std::vector<DueCall>& due);

  // When the next call is due; nullopt: the round is over.
  std::optional<Instant> next_wakeup() const;

  // How many calls the round offers in all; exact for every rate but poisson, whose draw it counts.
  std::uint64_t offered() const;
  Instant end() const;

 private:
  // Private state is the implementer's.
};

}  // namespace bsn
