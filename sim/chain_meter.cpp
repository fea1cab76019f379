#include "sim/chain_meter.h"

#include <algorithm>
#include <cmath>

namespace bsn {
namespace {

// The age at which this share of all peers had the block; the greatest when fewer have it yet.
Duration age_at(std::vector<Duration>& ages, std::size_t peers, double share) {
  std::sort(ages.begin(), ages.end());
  const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(peers)));
  return ages[std::min(std::max<std::size_t>(wanted, 1), ages.size()) - 1];
}

double mean_seconds(const std::vector<Duration>& durations) {
  double sum = 0;
  for (const Duration one : durations) sum += one.seconds();
  return durations.empty() ? 0 : sum / static_cast<double>(durations.size());
}

}  // namespace

void ChainMeter::adopted(Instant now, const Block& block) {
  if (block.header.height <= final_height_) return;
  open_[block.header.height].blocks[block.hash].push_back(now - block.header.time);
}

void ChainMeter::final(Instant now, const Block& block, Height tip) {
  final_height_ = block.header.height;
  if (final_height_ == warm_up_) {
    first_time_ = last_time_ = block.header.time;
  } else if (final_height_ > warm_up_) {
    count(now, block, tip);
  }
  open_.erase(open_.begin(), open_.upper_bound(final_height_));
}

void ChainMeter::count(Instant now, const Block& block, Height tip) {
  if (warm_up_ == 0 && blocks_ == 0) first_time_ = last_time_ = Instant{};
  const double interval = (block.header.time - last_time_).seconds();
  interval_squares_ += interval * interval;
  last_time_ = block.header.time;
  ++blocks_;
  finality_sum_ += (now - block.header.time).seconds();
  depth_sum_ += static_cast<double>(tip - block.header.height);
  auto& rivals = open_[block.header.height].blocks;
  stale_ += rivals.size() - rivals.count(block.hash);
  std::vector<Duration>& ages = rivals[block.hash];
  if (ages.empty()) return;
  p50_.push_back(age_at(ages, peers_, 0.5));
  p90_.push_back(age_at(ages, peers_, 0.9));
}

void ChainMeter::committed(Duration under_way) {
  if (final_height_ > warm_up_) commits_.push_back(under_way);
}

ChainMeasures ChainMeter::measures() const {
  ChainMeasures found;
  found.blocks = blocks_;
  if (blocks_ == 0) return found;
  const auto blocks = static_cast<double>(blocks_);
  const double span = (last_time_ - first_time_).seconds();
  found.interval_mean_s = span / blocks;
  const double variance = interval_squares_ / blocks - found.interval_mean_s * found.interval_mean_s;
  found.interval_deviation_s = std::sqrt(std::max(0.0, variance));
  found.finality_mean_s = finality_sum_ / blocks;
  std::vector<Duration> commits = commits_;
  if (!commits.empty()) found.commit_p95_s = age_at(commits, commits.size(), 0.95).seconds();
  found.finality_blocks = depth_sum_ / blocks;
  found.stale_share = static_cast<double>(stale_) / static_cast<double>(stale_ + blocks_);
  found.propagation_p50_s = mean_seconds(p50_);
  found.propagation_p90_s = mean_seconds(p90_);
  return found;
}

}  // namespace bsn
