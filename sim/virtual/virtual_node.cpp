#include "sim/virtual/virtual_node.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {

VirtualNode::VirtualNode(Start start, Instant now) : start_(std::move(start)), node_(start_(now, disk_)) {}

void VirtualNode::step(Instant now, CityNodeInput input, std::vector<CityNodeOutput>& out) {
  if (state_ == State::running) {
    handle(now, std::move(input), out);
  } else if (waiting_.size() < max_waiting) {
    waiting_.push_back(std::move(input));
  }
}

Instant VirtualNode::clock(Instant now) { return clock_ = std::max(clock_, now + ahead_); }

void VirtualNode::handle(Instant now, CityNodeInput input, std::vector<CityNodeOutput>& out) {
  if (auto* call = std::get_if<CallArrived>(&input)) {
    const Duration ahead = clock(now) - now;
    call->received = call->received + ahead;
    call->deadline = call->deadline + ahead;
  }
  node_->step(clock(now), input, out);
}

void VirtualNode::advance_to(Instant now, std::vector<CityNodeOutput>& out) {
  if (state_ == State::running) node_->advance_to(clock(now), out);
}

std::optional<Instant> VirtualNode::next_wakeup() const {
  const std::optional<Instant> due = state_ == State::running ? node_->next_wakeup() : std::nullopt;
  return due ? std::optional(*due - ahead_) : std::nullopt;
}

void VirtualNode::kill() {
  BSN_CHECK(state_ != State::down, "only a living node can be killed");
  node_.reset();
  waiting_.clear();
  state_ = State::down;
}

void VirtualNode::restart(Instant now) {
  BSN_CHECK(state_ == State::down, "only a dead node can be started");
  ++life_;
  node_ = start_(clock(now), disk_);
  state_ = State::running;
}

void VirtualNode::pause() {
  BSN_CHECK(state_ == State::running, "only a running node can be paused");
  state_ = State::paused;
}

void VirtualNode::resume(Instant now, std::vector<CityNodeOutput>& out) {
  BSN_CHECK(state_ == State::paused, "only a paused node can be resumed");
  state_ = State::running;
  for (CityNodeInput& input : waiting_) handle(now, std::move(input), out);
  waiting_.clear();
  node_->advance_to(clock(now), out);
}

void VirtualNode::keep_only(const std::vector<ChainSpec>& chains) {
  std::erase_if(disk_, [&](const auto& stored) {
    return std::none_of(chains.begin(), chains.end(), [&](const auto& chain) { return chain.index == stored.first; });
  });
}

const std::vector<BlockPtr>& VirtualNode::blocks(ChainIndex chain) const {
  static const std::vector<BlockPtr> nothing;
  const auto stored = disk_.find(chain);
  return stored == disk_.end() ? nothing : stored->second.blocks;
}

Height VirtualNode::final_height(ChainIndex chain) const {
  const auto stored = disk_.find(chain);
  return stored == disk_.end() ? 0 : stored->second.final_height;
}

}  // namespace bsn
