// The trace of a run, folded into a fingerprint: equal runs give equal fingerprints, to the byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/time.h"

namespace bsn {

// Records fixed-size events and folds them into a running SHA-256. Cost: about 20 ns an event; memory: one buffer.
class Trace {
 public:
  Trace();

  // `what` names the kind of event ("deliver", "answer", "block"); a and b are its numbers.
  void record(Instant when, std::string_view what, std::uint64_t a, std::uint64_t b);
  void record(Instant when, std::string_view what, std::uint64_t a, const Digest& digest);

  std::uint64_t events() const { return events_; }

  // Over everything recorded so far.
  Digest fingerprint() const;

 private:
  void fold_if_full();

  std::uint64_t events_ = 0;
  std::string buffer_;
  RunningDigest digest_;
};

}  // namespace bsn
