#include "relay/proof_courier.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/block_hashes.h"

namespace bsn {
namespace {

// Differs between relayers, tasks and tries, so that a later try with a newer proof is not taken for a retry.
std::string idempotency_key(const std::string& relayer, const RelayTask& task, Height at) {
  CanonicalBytes bytes("bsn/relay-call/v1");
  const PacketLane& lane = task.id.lane;
  for (const ChainName* name : {&lane.hub, &lane.source, &lane.destination}) bytes.add(to_string(*name));
  bytes.add(relayer).add(static_cast<std::uint64_t>(task.id.step)).add(task.id.sequence).add(at);
  return to_hex(bytes.add(std::uint64_t{task.tries}).digest());
}

std::string update_key(const std::string& relayer, const ChainName& witness, const FinalHeader& header,
                       RelayRequest request) {
  CanonicalBytes bytes("bsn/relay-update/v1");
  return to_hex(bytes.add(relayer).add(to_string(witness)).add(header_digest(header.header)).add(request).digest());
}

// The earlier of both by height and by time, each for itself.
PacketTimeout earlier(const PacketTimeout& a, const PacketTimeout& b) {
  const auto least = [](auto x, auto y, auto none) { return x == none ? y : y == none ? x : std::min(x, y); };
  return {least(a.height, b.height, Height{0}), {least(a.time.ns, b.time.ns, std::int64_t{0})}};
}

}  // namespace

void ProofCourier::add(Instant now, RelayTask&& task) {
  task.known = now;
  const bool waits =
      task.id.step == RelayStep::time_out_hub && !task.packet.timeout.passed(witness_height_, witness_time_);
  if (waits) earliest_ = earlier(earliest_, task.packet.timeout);
  if (resting_.contains(task.id)) return;
  const RelayTaskId id = task.id;
  (waits ? time_outs_ : tasks_).try_emplace(id, std::move(task));
}

void ProofCourier::drop(const RelayTaskId& id) {
  tasks_.erase(id);
  resting_.erase(id);
  if (id.step == RelayStep::time_out_hub) time_outs_.erase(id);
}

void ProofCourier::witness_is_at(Height height, Instant time) {
  if (height < witness_height_) return;
  witness_height_ = height;
  witness_time_ = time;
  if (!earliest_.passed(height, time)) return;
  earliest_ = {};
  for (auto at = time_outs_.begin(); at != time_outs_.end();) {
    const auto next = std::next(at);
    if (at->second.packet.timeout.passed(height, time)) {
      tasks_.insert(time_outs_.extract(at));
    } else {
      earliest_ = earlier(earliest_, at->second.packet.timeout);
    }
    at = next;
  }
}

void ProofCourier::start(Instant now, std::vector<RelayerOutput>& out) {
  if (!is_idle() || frozen_ || now < not_before_) return;
  wake_resting(now);
  if (tasks_.empty()) return;
  WantFacts want{next_request_++, witness_, {}};
  batch_.clear();
  // Goes round, so that a busy lane can't keep the others waiting for ever.
  auto task = tasks_.upper_bound(last_);
  const std::size_t size = std::min(batch_max, tasks_.size());
  while (batch_.size() < size) {
    if (task == tasks_.end()) task = tasks_.begin();
    batch_.push_back(task->first);
    want.keys.push_back(key_of(task->second));
    ++task;
  }
  last_ = batch_.back();
  descent_from_ = by_depth_ ? target_knows_ : 0;
  if (descent_from_ > 0) want.keys.push_back(block_hash_key(descent_from_));
  facts_request_ = want.request;
  out.emplace_back(std::move(want));
}

void ProofCourier::take(Instant now, const GotFacts& facts, std::vector<RelayerOutput>& out) {
  if (facts_request_ != facts.request) return;
  facts_request_.reset();
  facts_ = facts;
  const std::size_t keys = batch_.size() + (descent_from_ > 0 ? 1 : 0);
  if (!facts_.header || facts_.facts.size() != keys || (descent_from_ > 0 && !add_descent())) {
    ++counters_.failed;
    return wait(now);
  }
  by_depth_ = std::holds_alternative<DepthEvidence>(facts_.header->evidence);
  updating_to_ = facts_.header->header.height;
  SubmitCall update{next_request_++, update_call(witness_, target_, target_is_hub_, *facts_.header)};
  update.call.idempotency_key = update_key(relayer_, witness_, *facts_.header, update.request);
  update_request_ = update.request;
  out.emplace_back(std::move(update));
  submit_calls(now, out);
}

// False: the header does not show it, be it that the peer is behind what the target knows, or too far ahead of it.
bool ProofCourier::add_descent() {
  const Fact fact = std::move(facts_.facts.back());
  auto* evidence = std::get_if<DepthEvidence>(&facts_.header->evidence);
  if (evidence == nullptr || facts_.header->header.height < descent_from_) return false;
  if (facts_.header->header.height == descent_from_) return true;  // known already
  const auto block = decode_block_hash(fact.value.value_or(""));
  if (!block || block->height != descent_from_) return false;
  evidence->descent = DepthEvidence::Descent{block->height, block->hash, fact.proof};
  return true;
}

void ProofCourier::target_took(const FinalHeader& header) {
  by_depth_ = std::holds_alternative<DepthEvidence>(header.evidence);
  target_knows_ = std::max(target_knows_, header.header.height);
}

void ProofCourier::take(Instant now, const CallEnded& ended) {
  if (ended.request == update_request_) return take_update(now, ended);
  const auto call = calls_.find(ended.request);
  if (call == calls_.end()) return;
  const RelayTaskId id = call->second;
  calls_.erase(call);
  if (ended.how == CallEnded::How::done) {
    ++counters_.delivered;
    if (const auto task = tasks_.find(id); task != tasks_.end()) meter_.took(id.step, now - task->second.known);
    return drop(id);
  }
  const bool refused = ended.how == CallEnded::How::refused;
  ++(refused ? counters_.refused : counters_.failed);
  const bool pruning = id.step == RelayStep::prune_hub || id.step == RelayStep::prune_end;
  if (refused && pruning) return drop(id);  // another relayer did; there will be a next time
  try_again(now, id);
}

void ProofCourier::take_update(Instant now, const CallEnded& ended) {
  update_request_.reset();
  if (ended.how != CallEnded::How::done) {
    ++(ended.how == CallEnded::How::refused ? counters_.refused : counters_.failed);
    return wait(now);
  }
  ++counters_.headers;
  target_knows_ = std::max(target_knows_, updating_to_);
  frozen_ = ended.value == "frozen";
}

void ProofCourier::submit_calls(Instant now, std::vector<RelayerOutput>& out) {
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    const auto task = tasks_.find(batch_[i]);
    if (task == tasks_.end()) continue;  // somebody else did it meanwhile
    auto call = call_of(task->second, *facts_.header, facts_.facts[i]);
    if (!call) {
      try_again(now, batch_[i]);
      continue;
    }
    call->idempotency_key = idempotency_key(relayer_, task->second, facts_.header->header.height);
    calls_.emplace(next_request_, batch_[i]);
    out.emplace_back(SubmitCall{next_request_++, std::move(*call)});
  }
  facts_ = {};
}

void ProofCourier::try_again(Instant now, const RelayTaskId& id) {
  wait(now);
  const auto task = tasks_.find(id);
  if (task == tasks_.end() || ++task->second.tries % tries_max != 0) return;
  ++counters_.given_up;
  resting_.emplace(id, std::pair(now + rest, std::move(task->second)));
  tasks_.erase(task);
}

void ProofCourier::wake_resting(Instant now) {
  for (auto at = resting_.begin(); at != resting_.end();) {
    const auto next = std::next(at);
    if (at->second.first <= now) {
      tasks_.try_emplace(at->first, std::move(at->second.second));
      resting_.erase(at);
    }
    at = next;
  }
}

std::optional<Instant> ProofCourier::oldest() const {
  std::optional<Instant> oldest;
  for (const auto& [id, task] : tasks_) oldest = earlier(oldest, task.known);
  for (const auto& [id, resting] : resting_) oldest = earlier(oldest, resting.second.known);
  return oldest;
}

std::optional<Instant> ProofCourier::next_wakeup() const {
  if (!is_idle() || frozen_) return std::nullopt;
  if (!tasks_.empty()) return not_before_;
  std::optional<Instant> next;
  for (const auto& [id, resting] : resting_) {
    if (!next || resting.first < *next) next = resting.first;
  }
  return next;
}

}  // namespace bsn
