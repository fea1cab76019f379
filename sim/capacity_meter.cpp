#include "sim/capacity_meter.h"

#include "core/check.h"

namespace bsn {

void CapacityMeter::adopted(Instant now, const Block& block) {
  const Height height = block.header.height;
  BSN_CHECK(height >= 1 && height <= blocks_.size() + 1, "blocks are adopted one upon the other");
  blocks_.resize(height);
  blocks_.back() = {now, block.transactions.size()};
}

Height CapacityMeter::counted() const {
  const Height above = skipped_ + settling;
  return blocks_.size() > above ? blocks_.size() - above : 0;
}

Duration CapacityMeter::span() const {
  if (counted() == 0) return {};
  const Instant begin = skipped_ == 0 ? Instant{} : blocks_[skipped_ - 1].when;
  return blocks_[skipped_ + counted() - 1].when - begin;
}

double CapacityMeter::transactions_per_second() const {
  const Height last = skipped_ + counted();
  if (last == skipped_) return 0;
  std::uint64_t transactions = 0;
  for (Height height = skipped_ + 1; height <= last; ++height) transactions += blocks_[height - 1].transactions;
  const double seconds = span().seconds();
  return seconds > 0 ? static_cast<double>(transactions) / seconds : 0;
}

}  // namespace bsn
