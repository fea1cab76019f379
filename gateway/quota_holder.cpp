#include "gateway/quota_holder.h"

#include <algorithm>

namespace bsn {

QuotaHolder::QuotaHolder(std::int64_t zero_unix_ns, const std::vector<QuotaRecord>& records)
    : zero_unix_ns_(zero_unix_ns) {
  for (const QuotaRecord& record : records) records_[record.project] = record;
}

void QuotaHolder::step(Instant now, const QuotaHolderInput& input, std::vector<QuotaHolderOutput>& out) {
  std::visit([&](const auto& what) { on(now, what, out); }, input);
}

void QuotaHolder::on(Instant now, const QuotaAsked& asked, std::vector<QuotaHolderOutput>& out) {
  QuotaRecord& record = records_.try_emplace(asked.ask.project, QuotaRecord{asked.ask.project}).first->second;
  const std::int64_t today = std::max(record.day, day_of(now, zero_unix_ns_));
  if (today != record.day) record = {record.project, today, 0};
  const std::uint64_t left = asked.ask.limit - std::min(asked.ask.limit, record.granted);
  const std::uint64_t calls = std::min(left, asked.ask.calls);
  record.granted += calls;
  if (calls > 0) out.emplace_back(record);
  out.emplace_back(QuotaGranted{asked.from, {record.project, today, calls}});
}

void QuotaHolder::on(Instant, const QuotaReturn& returned, std::vector<QuotaHolderOutput>& out) {
  const auto found = records_.find(returned.project);
  if (found == records_.end() || found->second.day != returned.day) return;
  found->second.granted -= std::min(found->second.granted, returned.calls);
  out.emplace_back(found->second);
}

}  // namespace bsn
