// The one that hands out the day's calls of every project, to however many gateways (core/quota.h).
//
// A grant comes behind the record of it in the outputs: the driver makes the record durable before the grant leaves.
// When the clock went back (a restart with another date), the latest day that was ever granted from goes on.
// Not thread-safe, one owner. Bounds: one record per project that has a quota (AccountLimits::projects).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/machine.h"
#include "core/quota.h"

namespace bsn {

// `from` is the driver's own number of the gateway that asked; its grant carries it.
struct QuotaAsked {
  std::uint64_t from = 0;
  QuotaAsk ask;
};
using QuotaHolderInput = std::variant<QuotaAsked, QuotaReturn>;

struct QuotaGranted {
  std::uint64_t to = 0;
  QuotaGrant grant;
};
using QuotaHolderOutput = std::variant<QuotaRecord, QuotaGranted>;

class QuotaHolder {
 public:
  // `records`: what an earlier life of it had granted.
  QuotaHolder(std::int64_t zero_unix_ns, const std::vector<QuotaRecord>& records);

  void step(Instant now, const QuotaHolderInput& input, std::vector<QuotaHolderOutput>& out);
  void advance_to(Instant, std::vector<QuotaHolderOutput>&) {}
  std::optional<Instant> next_wakeup() const { return std::nullopt; }

 private:
  void on(Instant now, const QuotaAsked& asked, std::vector<QuotaHolderOutput>& out);
  void on(Instant now, const QuotaReturn& returned, std::vector<QuotaHolderOutput>& out);

  std::int64_t zero_unix_ns_;
  std::map<std::string, QuotaRecord> records_;
};

static_assert(Machine<QuotaHolder, QuotaHolderInput, QuotaHolderOutput>);

}  // namespace bsn
