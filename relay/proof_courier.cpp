#include "relay/proof_courier.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/block_hashes.h"
#include "core/voters_seal.h"

namespace bsn {
namespace {

constexpr std::size_t item_bytes = 64;  // about, beside what it brings: its part of what names the lane

// Differs between relayers, batches and tries, so that a later try with a newer proof is not taken for a retry.
std::string batch_key(const std::string& relayer, RelayRequest request, const Call& call) {
  CanonicalBytes bytes("bsn/relay-batch/v1");
  bytes.add(relayer).add(request);
  for (const std::string& arg : call.args) bytes.add(sha256(arg));
  return to_hex(bytes.digest());
}

bool fits(const Call& call) {
  std::size_t bytes = 0;
  for (const std::string& arg : call.args) bytes += arg.size();
  return bytes <= CallLimits::total_bytes;
}

// Lane by lane, in order of sequence.
bool before(const RelayTask& a, const RelayTask& b) {
  if (a.id.lane != b.id.lane) return a.id.lane->rank < b.id.lane->rank;
  return a.id < b.id;
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
  return !facts_request_ && !frozen_ && now >= not_before_ && under_way_.size() + turn_max <= under_way_max;
}

void ProofCourier::start(Instant now, std::vector<RelayerOutput>& out) {
  if (!may_start(now)) return;
  wake_resting(now);
  if (tasks_.empty() && !missed_a_change()) return;
  WantFacts want{next_request_++, witness_, {}, sent_.voters};
  form_batches(next_tasks());
  for (const Batch& batch : batches_) {
    auto& keys = want.keys.emplace_back();
    for (const RelayTaskId& id : batch) keys.push_back(key_of(id));
  }
  descent_from_ = descends_from();
  if (descent_from_ > 0) want.keys.push_back({block_hash_key(descent_from_)});
  facts_request_ = want.request;
  out.emplace_back(std::move(want));
}

// Goes round, so that a busy lane can't keep the others waiting for ever.
std::vector<RelayTask> ProofCourier::next_tasks() {
  std::vector<RelayTask> taken;
  std::size_t bytes = 0;
  auto next = tasks_.upper_bound(last_);
  while (taken.size() < turn_max && bytes < keys_bytes_max && !tasks_.empty()) {
    if (next == tasks_.end()) next = tasks_.begin();
    taken.push_back(next->second);
    bytes += next->first.lane->keys.key_bytes();
    const auto moved = next++;
    under_way_.insert(tasks_.extract(moved));
  }
  if (!taken.empty()) last_ = taken.back().id;
  return taken;
}

void ProofCourier::form_batches(std::vector<RelayTask> tasks) {
  std::sort(tasks.begin(), tasks.end(), before);
  batches_.clear();
  std::size_t bytes = 0;
  bool closed = true;  // the last batch takes no more
  for (const RelayTask& task : tasks) {
    const std::size_t more = task.bytes + item_bytes;
    if (closed || task.alone || batches_.back().size() >= batch_items || bytes + more > batch_bytes) {
      batches_.emplace_back();
      bytes = 0;
    }
    closed = task.alone;
    bytes += more;
    batches_.back().push_back(task.id);
  }
}

void ProofCourier::take(Instant now, const GotFacts& facts, std::vector<RelayerOutput>& out) {
  if (facts_request_ != facts.request) return;
  facts_request_.reset();
  auto header = facts.header;
  const std::size_t lists = batches_.size() + (descent_from_ > 0 ? 1 : 0);
  bool whole = header && facts.facts.size() == lists;
  for (std::size_t i = 0; whole && i < batches_.size(); ++i) {
    whole = facts.facts[i].values.size() == batches_[i].size();
  }
  if (!whole || (descent_from_ > 0 && !add_descent(facts.facts.back(), *header))) {
    ++counters_.failed;
    all_back_to_waiting();
    return header_failed(now, whole ? "the header does not descend from what is known" : "no answer with a header");
  }
  by_depth_ = std::holds_alternative<DepthEvidence>(header->evidence);
  if (header->header.height < sent_.height) {  // of a peer that is a little behind: the target won't take it
    all_back_to_waiting();
    not_before_ = now + retry_after;
    return;
  }
  if (header->header.height > sent_.height) submit_update(*header, out);
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    submit_batch(now, *header, std::move(batches_[i]), facts.facts[i], out);
  }
  batches_.clear();
}

void ProofCourier::back_to_waiting(const Batch& batch) {
  for (const RelayTaskId& id : batch) {
    if (auto task = under_way_.extract(id)) tasks_.insert(std::move(task));
  }
}

void ProofCourier::all_back_to_waiting() {
  for (const Batch& batch : batches_) back_to_waiting(batch);
  batches_.clear();
}

// False: the header does not show it, be it that the peer is behind what the target knows, or too far ahead of it.
bool ProofCourier::add_descent(const Facts& facts, FinalHeader& header) const {
  auto* evidence = std::get_if<DepthEvidence>(&header.evidence);
  if (evidence == nullptr || header.header.height < descent_from_) return false;
  if (header.header.height == descent_from_) return true;  // known already
  const auto block = facts.values.empty() ? std::nullopt : decode_block_hash(facts.values[0].value_or(""));
  if (!block || block->height != descent_from_) return false;
  evidence->descent = DepthEvidence::Descent{block->height, block->hash, facts.proof};
  return true;
}

void ProofCourier::submit_update(const FinalHeader& header, std::vector<RelayerOutput>& out) {
  SubmitCall update{next_request_++, update_call(witness_, target_, target_is_hub_, header)};
  update.call.idempotency_key = update_key(relayer_, witness_, header, update.request);
  sent_ = {header.header.height, voters_of(header.header)};
  updates_.emplace(update.request, sent_);
  out.emplace_back(std::move(update));
}

// The proof is about all of the batch, so whatever can't be brought any more goes along, empty, and is refused there.
void ProofCourier::submit_batch(Instant now, const FinalHeader& header, Batch batch, const Facts& facts,
                                std::vector<RelayerOutput>& out) {
  std::vector<LaneItems> lanes;
  const RelayLane* lane = nullptr;
  std::size_t brought = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    RelayTaskId& id = batch[i];
    if (id.lane != lane) lanes.push_back({id.lane->name.source, id.lane->name.destination, {}});
    lane = id.lane;
    const auto task = under_way_.find(id);  // none: somebody else did it meanwhile
    const auto item = item_of(id, facts.values[i]);
    lanes.back().items.push_back(item.value_or(empty_item(id)));
    if (task != under_way_.end() && !item) try_again(now, under_way_.extract(task).mapped());
    if (task != under_way_.end() && item) {
      ++brought;
    } else {
      id.lane = nullptr;
    }
  }
  if (brought == 0) return;
  Call call = deliver_call(witness_, target_, target_is_hub_, header.header.height, lanes, facts.proof);
  if (!fits(call) && batch.size() > 1) {
    for (const RelayTaskId& id : batch) {
      if (id.lane != nullptr) under_way_.at(id).alone = true;
    }
    return back_to_waiting(batch);
  }
  call.idempotency_key = batch_key(relayer_, next_request_, call);
  calls_.emplace(next_request_, std::move(batch));
  out.emplace_back(SubmitCall{next_request_++, std::move(call)});
}

void ProofCourier::take(Instant now, const CallEnded& ended) {
  if (const auto update = updates_.extract(ended.request)) return take_update(ended, update.mapped(), now);
  const auto call = calls_.extract(ended.request);
  if (call) batch_ended(now, call.mapped(), ended);
}

void ProofCourier::batch_ended(Instant now, const Batch& batch, const CallEnded& ended) {
  std::vector<ItemResult> results;
  if (ended.how == CallEnded::How::done) results = decode_results(ended.value, batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RelayTaskId& id = batch[i];
    if (id.lane == nullptr) continue;
    if (i < results.size() && results[i].ok) {
      step_done(now, id);
    } else if (i < results.size() || ended.how == CallEnded::How::refused) {
      step_refused(now, id);
    } else {
      ++counters_.failed;
      if (auto task = under_way_.extract(id)) try_again(now, task.mapped());
    }
  }
}

void ProofCourier::step_done(Instant now, const RelayTaskId& id) {
  ++counters_.delivered;
  const auto task = under_way_.find(id);
  if (task != under_way_.end()) meter_.took(id.step, now - task->second.known);
  drop(id);
}

void ProofCourier::step_refused(Instant now, const RelayTaskId& id) {
  ++counters_.refused;
  const bool pruning = id.step == RelayStep::prune_hub || id.step == RelayStep::prune_end;
  if (pruning) return drop(id);  // another relayer did; there will be a next time
  if (auto task = under_way_.extract(id)) try_again(now, task.mapped());
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
