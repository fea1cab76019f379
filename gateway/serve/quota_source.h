// Where a gateway gets its shares of the day's calls from: the holder in its own process (quota_keeper.h), or another
// gateway's (holder_link.h).
//
// Threads: as the implementations say; ask() from the machine's at least, the rest from the one that ends the shell.
#pragma once

#include <functional>
#include <memory>

#include "core/quota.h"

namespace bsn {

class QuotaSource {
 public:
  using Granted = std::function<void(const QuotaGrant&)>;  // from any thread

  virtual ~QuotaSource() = default;

  // Answered by a grant, or never: then no call of that project passes once its share is spent, and it is asked again.
  virtual void ask(const QuotaAsk& ask) = 0;
  virtual void give_back(const QuotaReturn& returned) = 0;

  // Waits for grants that can be had at once.
  virtual void settle() = 0;

  // Does what was asked for before; grants nothing more. Idempotent.
  virtual void stop() = 0;
};

// Makes one for a gateway, whose `granted` hears of every grant.
using MakeQuotaSource = std::function<std::unique_ptr<QuotaSource>(QuotaSource::Granted granted)>;

}  // namespace bsn
