// Which calls of one loop go to the access log: one of so many, whether they come alone or on a stream.
//
// Threads: the loop's only.
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/gateway.h"
#include "gateway/serve/access_log.h"
#include "gateway/serve/callers.h"
#include "h2/call.h"

namespace bsn {

class AccessSampler {
 public:
  // `log`: outlives this; nullptr: nothing is written.
  explicit AccessSampler(AccessLog* log) : log_(log) {}

  // For each call when it comes. nullptr: it is not in the sample.
  std::unique_ptr<AccessEntry> take(const h2::Call& call, const ClientCall& arrived, const Callers& callers);

  // Of a call in the sample, when it is answered.
  void write(const AccessEntry& entry, const Reply& reply) const { log_->write(entry, reply); }

 private:
  AccessLog* const log_;
  std::uint32_t until_next_ = 0;  // calls until the next one that is written
};

}  // namespace bsn
