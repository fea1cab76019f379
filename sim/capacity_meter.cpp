#include "sim/capacity_meter.h"

#include "core/check.h"

namespace bsn {

void CapacityMeter::adopted(const Block& block) {
  const Height height = block.header.height;
  BSN_CHECK(height >= 1 && height <= blocks_.size() + 1, "blocks are adopted one upon the other");
  blocks_.resize(height);
  blocks_.back() = {block.header.time, block.transactions.size()};
}

Height CapacityMeter::counted() const {
  const Height above = skipped_ + settling;
  return blocks_.size() > above ? blocks_.size() - above : 0;
}

double CapacityMeter::transactions_per_second() const {
  const Height last = skipped_ + counted();
  if (last == skipped_) return 0;
  std::uint64_t transactions = 0;
  for (Height height = skipped_ + 1; height <= last; ++height) transactions += blocks_[height - 1].transactions;
  const Instant begin = skipped_ == 0 ? Instant{} : blocks_[skipped_ - 1].time;
  const double span = (blocks_[last - 1].time - begin).seconds();
  return span > 0 ? static_cast<double>(transactions) / span : 0;
}

}  // namespace bsn
