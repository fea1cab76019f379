#include "node/block_sync.h"

#include <algorithm>
#include <functional>

namespace bsn {

BlockSync::BlockSync(const Parameters& parameters, Height have, Instant now)
    : parameters_(parameters), have_(have), tips_(parameters.validators, 0), turn_(parameters.first_asked) {
  if (parameters_.asks_when_silent) due_ = now + gap_wait;  // what was missed while this peer was away
  if (parameters_.joins) due_ = now;
}

void BlockSync::restart(Height have, Instant now) {
  BlockSync fresh(parameters_, have, now);
  fresh.liars_ = std::move(liars_);
  fresh.turn_ = turn_;
  *this = std::move(fresh);
}

void BlockSync::heard(ValidatorIndex from, const Blocks& blocks, Instant now) {
  if (liars_.contains(from)) return;
  tips_[from.value] = blocks.tip;
  highest_tip_ = std::max(highest_tip_, blocks.tip);
  heard_.insert(from);
  for (const BlockPtr& block : blocks.blocks) consider(from, block);
  plan(now);
}

void BlockSync::want(ValidatorIndex from, Height height, Instant now) {
  if (height <= have_) return;
  wanted_ = std::max(wanted_, height);
  preferred_ = from;
  if (asking_) return;
  plan(now);
  due_ = now;
}

std::vector<BlockPtr> BlockSync::believed() const {
  const auto next = candidates_.find(have_ + 1);
  if (next == candidates_.end() || next->second.size() < parameters_.needed) return {};
  for (const auto& [validator, candidate] : next->second) {
    std::vector<BlockPtr> equal;
    for (const auto& [other, body] : next->second) {
      if (body->hash == candidate->hash) equal.push_back(body);
    }
    if (equal.size() >= parameters_.needed) return equal;
  }
  return {};
}

void BlockSync::advanced(const Digest& hash, Instant now) {
  ++have_;
  const auto next = candidates_.find(have_);
  if (next != candidates_.end()) {
    for (const auto& [validator, body] : next->second) {
      if (body->hash != hash) liars_.insert(validator);
    }
  }
  candidates_.erase(candidates_.begin(), candidates_.upper_bound(have_));
  retries_ = 0;
  plan(now);
  if (asking_) due_ = candidates_.contains(have_ + 1) ? now + gap_wait : now;
}

void BlockSync::refuted(const BlockPtr& body) {
  const auto next = candidates_.find(have_ + 1);
  if (next == candidates_.end()) return;
  std::erase_if(next->second, [&](const auto& given) {
    if (given.second != body) return false;
    liars_.insert(given.first);
    return true;
  });
}

std::vector<BlockSync::Request> BlockSync::take_due(Instant now) {
  if (!due_ || *due_ > now) return {};
  std::vector<Request> requests = ask();
  if (!asking_) {
    due_ = now + pause();
  } else if (++retries_ <= retries_max) {
    due_ = now + std::min(gap_wait * (std::int64_t{1} << std::min(retries_ - 1, 8U)), retry_max);
  } else {
    wanted_ = 0;
    std::fill(tips_.begin(), tips_.end(), 0);
    heard_.clear();
    retries_ = 0;
    plan(now);
  }
  return requests;
}

bool BlockSync::behind() const {
  if (wanted_ > have_) return true;
  if (highest_tip_ <= have_) return false;
  for (std::uint32_t v = 0; v < parameters_.validators; ++v) {
    if (tips_[v] > have_ && !liars_.contains(ValidatorIndex{v})) return true;
  }
  return false;
}

std::optional<Height> BlockSync::second_highest(std::uint32_t answers) const {
  if (heard_.size() < answers) return std::nullopt;
  std::vector<Height> said;
  for (const ValidatorIndex validator : heard_) said.push_back(tips_[validator.value]);
  std::sort(said.begin(), said.end(), std::greater<>());
  return said.at(said.size() > 1 ? 1 : 0);
}

void BlockSync::consider(ValidatorIndex from, const BlockPtr& block) {
  const Height height = block->header.height;
  if (height <= have_ || height > have_ + window) return;
  if (block->hash != header_digest(block->header)) {
    liars_.insert(from);
    return;
  }
  candidates_[height].try_emplace(from, block);
}

// Sets when to ask next, after something changed.
void BlockSync::plan(Instant now) {
  if (!behind()) {
    caught_up_ = caught_up_ || heard_.size() >= parameters_.needed;
    asking_ = false;
    retries_ = 0;
    due_.reset();
    if (parameters_.asks_when_silent || (parameters_.joins && !caught_up_)) due_ = now + pause();
  } else if (!asking_) {
    asking_ = true;
    due_ = now + gap_wait;
  }
}

std::vector<BlockSync::Request> BlockSync::ask() {
  const auto next = candidates_.find(have_ + 1);
  std::vector<Request> requests;
  const auto add = [&](ValidatorIndex to) {
    const bool useless = to == parameters_.self || liars_.contains(to) ||
                         (next != candidates_.end() && next->second.contains(to)) ||
                         std::any_of(requests.begin(), requests.end(), [&](const auto& one) { return one.to == to; });
    if (!useless) requests.push_back({to, have_ + 1});
  };
  if (preferred_) add(*preferred_);
  preferred_.reset();
  for (std::uint32_t tried = 0; tried < parameters_.validators && requests.size() < parameters_.needed; ++tried) {
    add(ValidatorIndex{turn_++ % parameters_.validators});
  }
  return requests;
}

}  // namespace bsn
