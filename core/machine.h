// The machine contract: a machine is told the time and hands back what it wants done.
//
// `now` never decreases from call to call. `step` runs to completion. Equal state and equal inputs give equal outputs,
// byte for byte. Outputs are appended in the order in which they must happen: "persist this, then send that".
// A machine knows no thread, socket, clock, file, environment variable or global random source; whoever drives it (the
// live loop of loop/, the virtual cluster of sim/virtual/) owns those. See docs/decisions/0001-machine-contract.md.
#pragma once

#include <concepts>
#include <optional>
#include <vector>

#include "core/time.h"

namespace bsn {

template <class M, class In, class Out>
concept Machine = requires(M m, const M c, Instant now, const In& in, std::vector<Out>& out) {
  m.step(now, in, out);    // one input
  m.advance_to(now, out);  // time passed; fires everything that is due at or before `now`
  { c.next_wakeup() } -> std::same_as<std::optional<Instant>>;  // when to be called again
};

}  // namespace bsn
