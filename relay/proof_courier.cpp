#include "relay/proof_courier.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/block_hashes.h"
#include "core/voters_seal.h"

namespace bsn {
namespace {

// Differs between relayers, tasks and tries, so that a later try with a newer proof is not taken for a retry.
std::string idempotency_key(const std::string& relayer, const RelayTask& task, Height at) {
  CanonicalBytes bytes("bsn/relay-call/v1");
  const PacketLane& lane = task.id.lane->name;
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

// The seal of a header that names who signs next; else empty.
std::string voters_of(const BlockHeader& header) { return read_voters_seal(header.seal) ? header.seal : std::string(); }

}  // namespace

void ProofCourier::add(Instant now, RelayTask task) {
  if (resting_.contains(task.id) || under_way_.contains(task.id)) return;
  task.known = now;
  const bool waits = task.id.step == RelayStep::time_out_hub && !task.timeout.passed(witness_height_, witness_time_);
  if (waits) earliest_ = earlier(earliest_, task.timeout);
  (waits ? time_outs_ : tasks_).try_emplace(task.id, task);
}

void ProofCourier::drop(const RelayTaskId& id) {
  tasks_.erase(id);
  under_way_.erase(id);
  resting_.erase(id);
  if (id.step == RelayStep::time_out_hub) time_outs_.erase(id);
}

void ProofCourier::witness_is_at(const BlockHeader& header) {
  if (header.height < witness_height_) return;
  const bool first = witness_height_ == 0;
  witness_height_ = header.height;
  witness_time_ = header.time;
  witness_voters_ = voters_of(header);
  // Who signs the first blocks stands in the genesis of the target.
  if (first && sent_.height == 0) known_.voters = sent_.voters = witness_voters_;
  if (!earliest_.passed(header.height, header.time)) return;
  earliest_ = {};
  for (auto at = time_outs_.begin(); at != time_outs_.end();) {
    const auto next = std::next(at);
    if (at->second.timeout.passed(header.height, header.time)) {
      tasks_.insert(time_outs_.extract(at));
    } else {
      earliest_ = earlier(earliest_, at->second.timeout);
    }
    at = next;
  }
}

void ProofCourier::target_took(const FinalHeader& header) {
  by_depth_ = std::holds_alternative<DepthEvidence>(header.evidence);
  if (header.header.height <= known_.height) return;
  known_ = {header.header.height, voters_of(header.header)};
  if (known_.height > sent_.height) sent_ = known_;
  failures_ = 0;
  not_before_ = {};
}

bool ProofCourier::may_start(Instant now) const {
  return !facts_request_ && !frozen_ && now >= not_before_ && calls_.size() + batch_max <= under_way_max;
}

void ProofCourier::start(Instant now, std::vector<RelayerOutput>& out) {
  if (!may_start(now)) return;
  wake_resting(now);
  if (tasks_.empty() && !missed_a_change()) return;
  WantFacts want{next_request_++, witness_, {}, sent_.voters};
  fill_batch(want);
  descent_from_ = descends_from();
  if (descent_from_ > 0) want.keys.push_back(block_hash_key(descent_from_));
  facts_request_ = want.request;
  out.emplace_back(std::move(want));
}

// Goes round, so that a busy lane can't keep the others waiting for ever.
void ProofCourier::fill_batch(WantFacts& want) {
  batch_.clear();
  auto task = tasks_.upper_bound(last_);
  for (std::size_t bytes = 0; batch_.size() < batch_max && bytes < keys_bytes_max && !tasks_.empty();) {
    if (task == tasks_.end()) task = tasks_.begin();
    batch_.push_back(task->first);
    want.keys.push_back(key_of(task->second));
    bytes += want.keys.back().size();
    const auto taken = task++;
    under_way_.insert(tasks_.extract(taken));
  }
  if (!batch_.empty()) last_ = batch_.back();
}

void ProofCourier::take(Instant now, const GotFacts& facts, std::vector<RelayerOutput>& out) {
  if (facts_request_ != facts.request) return;
  facts_request_.reset();
  auto header = facts.header;
  const std::size_t keys = batch_.size() + (descent_from_ > 0 ? 1 : 0);
  const bool whole = header && facts.facts.size() == keys;
  if (!whole || (descent_from_ > 0 && !add_descent(facts.facts.back(), *header))) {
    ++counters_.failed;
    back_to_waiting();
    return header_failed(now, whole ? "the header does not descend from what is known" : "no answer with a header");
  }
  by_depth_ = std::holds_alternative<DepthEvidence>(header->evidence);
  if (header->header.height < sent_.height) {  // of a peer that is a little behind: the target won't take it
    back_to_waiting();
    not_before_ = now + retry_after;
    return;
  }
  if (header->header.height > sent_.height) submit_update(*header, out);
  submit_calls(now, *header, facts.facts, out);
}

void ProofCourier::back_to_waiting() {
  for (const RelayTaskId& id : batch_) {
    if (auto task = under_way_.extract(id)) tasks_.insert(std::move(task));
  }
}

// False: the header does not show it, be it that the peer is behind what the target knows, or too far ahead of it.
bool ProofCourier::add_descent(const Fact& fact, FinalHeader& header) const {
  auto* evidence = std::get_if<DepthEvidence>(&header.evidence);
  if (evidence == nullptr || header.header.height < descent_from_) return false;
  if (header.header.height == descent_from_) return true;  // known already
  const auto block = decode_block_hash(fact.value.value_or(""));
  if (!block || block->height != descent_from_) return false;
  evidence->descent = DepthEvidence::Descent{block->height, block->hash, fact.proof};
  return true;
}

void ProofCourier::submit_update(const FinalHeader& header, std::vector<RelayerOutput>& out) {
  SubmitCall update{next_request_++, update_call(witness_, target_, target_is_hub_, header)};
  update.call.idempotency_key = update_key(relayer_, witness_, header, update.request);
  sent_ = {header.header.height, voters_of(header.header)};
  updates_.emplace(update.request, sent_);
  out.emplace_back(std::move(update));
}

void ProofCourier::submit_calls(Instant now, const FinalHeader& header, const std::vector<Fact>& facts,
                                std::vector<RelayerOutput>& out) {
  out.reserve(out.size() + batch_.size());
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    const auto task = under_way_.find(batch_[i]);
    if (task == under_way_.end()) continue;  // somebody else did it meanwhile
    auto call = call_of(task->second, target_, header, facts[i]);
    if (!call) {
      try_again(now, under_way_.extract(task).mapped());
      continue;
    }
    call->idempotency_key = idempotency_key(relayer_, task->second, header.header.height);
    calls_.emplace(next_request_, batch_[i]);
    out.emplace_back(SubmitCall{next_request_++, std::move(*call)});
  }
  batch_.clear();
}

void ProofCourier::take(Instant now, const CallEnded& ended) {
  if (const auto update = updates_.extract(ended.request)) return take_update(ended, update.mapped(), now);
  const auto call = calls_.extract(ended.request);
  if (!call) return;
  const RelayTaskId& id = call.mapped();
  auto task = under_way_.extract(id);
  if (ended.how == CallEnded::How::done) {
    ++counters_.delivered;
    if (task) meter_.took(id.step, now - task.mapped().known);
    return drop(id);
  }
  const bool refused = ended.how == CallEnded::How::refused;
  ++(refused ? counters_.refused : counters_.failed);
  const bool pruning = id.step == RelayStep::prune_hub || id.step == RelayStep::prune_end;
  if (refused && pruning) return drop(id);  // another relayer did; there will be a next time
  if (task) try_again(now, task.mapped());
}

void ProofCourier::take_update(const CallEnded& ended, const Known& header, Instant now) {
  if (ended.how != CallEnded::How::done) {
    ++(ended.how == CallEnded::How::refused ? counters_.refused : counters_.failed);
    return header_failed(now, ended.value);
  }
  ++counters_.headers;
  failures_ = 0;
  if (header.height > known_.height) known_ = header;
  if (header.height > sent_.height) sent_ = header;
  frozen_ = ended.value == "frozen";
}

// What was sent after it is in vain, too.
void ProofCourier::header_failed(Instant now, std::string why) {
  last_failure_ = std::move(why);
  sent_ = known_;
  if (failures_ < tries_max) ++failures_;
  const Duration pause = retry_after * (std::int64_t{1} << std::min(failures_ - 1, 10U));
  not_before_ = now + std::min(pause, rest);
}

void ProofCourier::try_again(Instant now, RelayTask task) {
  const bool rests = ++task.tries % tries_max == 0;
  if (rests) ++counters_.given_up;
  const Instant until = now + (rests ? rest : retry_after);
  wake_at_ = earlier(wake_at_, until);
  resting_.emplace(task.id, std::pair(until, task));
}

void ProofCourier::wake_resting(Instant now) {
  if (!wake_at_ || *wake_at_ > now) return;
  wake_at_.reset();
  for (auto at = resting_.begin(); at != resting_.end();) {
    const auto next = std::next(at);
    if (at->second.first <= now) {
      tasks_.try_emplace(at->first, at->second.second);
      resting_.erase(at);
    } else {
      wake_at_ = earlier(wake_at_, at->second.first);
    }
    at = next;
  }
}

std::optional<Instant> ProofCourier::oldest() const {
  std::optional<Instant> oldest;
  for (const auto& [id, task] : tasks_) oldest = earlier(oldest, task.known);
  for (const auto& [id, task] : under_way_) oldest = earlier(oldest, task.known);
  for (const auto& [id, resting] : resting_) oldest = earlier(oldest, resting.second.known);
  return oldest;
}

std::optional<Instant> ProofCourier::next_wakeup() const {
  if (!may_start(Instant::max())) return std::nullopt;
  if (!tasks_.empty() || missed_a_change()) return not_before_;
  if (!wake_at_) return std::nullopt;
  return std::max(*wake_at_, not_before_);
}

}  // namespace bsn
