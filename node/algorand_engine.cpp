#include "node/algorand_engine.h"

#include <algorithm>

namespace bsn {
namespace {

std::uint64_t weigh_block(const Proposal&, const BlockTree::Node&) { return 1; }

}  // namespace

std::unique_ptr<ConsensusEngine> make_algorand_engine(const EngineConfig& config, const DurableState& durable,
                                                      Instant now) {
  return std::make_unique<AlgorandEngine>(config, durable, now);
}

std::string algorand_seal(std::uint32_t period) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(period >> shift & 0xff);
  return bytes;
}

std::optional<std::uint32_t> read_algorand_seal(std::string_view bytes) {
  if (bytes.size() != 4) return std::nullopt;
  std::uint32_t period = 0;
  for (const char byte : bytes) period = period << 8 | static_cast<std::uint8_t>(byte);
  return period;
}

AlgorandEngine::AlgorandEngine(const EngineConfig& config, const DurableState& durable, Instant now)
    : TreeEngine(config, durable, weigh_block),
      parameters_(std::get<AlgorandParameters>(std::get<SlotParameters>(config.parameters).policy)),
      started_(now),
      next_at_(now + parameters_.deadline_timeout),
      due_(now) {
  height_ = tree().root().height + 1;
  if (durable.tree_vote) restore(durable.tree_vote->bytes);
  if (tree().tip().height == tree().root().height) return;
  const Node* adopted = tree().ancestor(tree().tip(), tree().root().height + 1);
  favourite_ = adopted->digest;
  note_credential(*adopted);
}

// ---- committees ----

SortitionOf AlgorandEngine::draw_of(Height height, std::uint64_t period, std::uint32_t step,
                                    ValidatorIndex voter) const {
  return {config().chain_seed, height, period, step, voter};
}

std::uint64_t AlgorandEngine::weight_of(Height height, std::uint64_t period, std::uint32_t step,
                                        ValidatorIndex voter) const {
  const double share = static_cast<double>(stake(voter)) / static_cast<double>(total_stake());
  return sortition_weight(draw_of(height, period, step, voter), committee(step) * share);
}

double AlgorandEngine::committee(std::uint32_t step) const {
  if (step == propose) return parameters_.proposers;
  if (step == soft) return parameters_.soft_committee;
  return step == cert ? parameters_.certify_committee : next_committee;
}

double AlgorandEngine::threshold(std::uint32_t step) const {
  if (step == soft) return parameters_.soft_threshold * parameters_.soft_committee;
  return step == cert ? parameters_.certify_threshold * parameters_.certify_committee : next_threshold;
}

VoteBook::Weigh AlgorandEngine::weigh(const BookKey& key) const {
  return [this, key](ValidatorIndex voter) {
    return weight_of(std::get<0>(key), std::get<1>(key), std::get<2>(key), voter);
  };
}

// ---- proposals ----

TreeEngine::Verdict AlgorandEngine::check(Instant now, const Proposal& proposal, const Node&) {
  const auto period = read_algorand_seal(proposal.seal);
  if (!period) return Verdict::invalid();
  const std::uint64_t weight = weight_of(proposal.height, *period, propose, proposal.proposer);
  if (weight == 0) return Verdict::invalid();
  const Digest digest = proposal_digest(proposal);
  const bool wanted = digest == pinned_ || digest == favourite_ || proposal.height <= certified_.height;
  if (proposal.time > now + clock_tolerance) return Verdict::early(proposal.time - clock_tolerance);
  if (wanted) return Verdict::valid();
  const std::uint64_t here = proposal.height == height_ ? period_ : 0;
  if (proposal.height > height_ + 2 || *period > here + periods_ahead) return Verdict::invalid();
  const auto best = best_.find({proposal.height, *period});
  const std::uint64_t priority =
      sortition_priority(draw_of(proposal.height, *period, propose, proposal.proposer), weight);
  return best == best_.end() || priority < best->second.priority ? Verdict::valid() : Verdict::invalid();
}

void AlgorandEngine::on_block(Instant now, const Node& node, Outputs&) {
  due_ = now;
  note_credential(node);
}

void AlgorandEngine::note_credential(const Node& node) {
  const Proposal& proposal = *node.proposal;
  const std::uint64_t period = *read_algorand_seal(proposal.seal);
  const std::uint64_t weight = weight_of(proposal.height, period, propose, proposal.proposer);
  const std::uint64_t priority =
      sortition_priority(draw_of(proposal.height, period, propose, proposal.proposer), weight);
  const auto [best, fresh] = best_.try_emplace({proposal.height, period}, Credential{priority, node.digest});
  if (!fresh && priority < best->second.priority) best->second = {priority, node.digest};
}

std::string AlgorandEngine::seal(Instant, const std::vector<TransactionPtr>&) {
  return algorand_seal(static_cast<std::uint32_t>(period_));
}

const TreeEngine::Node& AlgorandEngine::best_tip() const {
  const Node* certified = tree().find(certified_.block);
  if (certified != nullptr && certified->height > tree().root().height) {
    return tree().is_on_best_chain(*certified) ? tree().tip() : *certified;
  }
  const Node* favourite = tree().find(favourite_);
  // Above what is favoured here there may be a block that was adopted by its certificate, before a restart.
  const bool moves =
      favourite != nullptr && favourite->height == tree().root().height + 1 && !tree().is_on_best_chain(*favourite);
  return moves ? *favourite : tree().tip();
}

Height AlgorandEngine::final_height() {
  const Node* certified = tree().find(certified_.block);
  return certified != nullptr && tree().is_on_best_chain(*certified) ? certified->height : 0;
}

// ---- the round ----

void AlgorandEngine::go_on(Instant now, Outputs& out) {
  look_for_certificate(now, out);
  if (tree().root().height + 1 != height_) begin_round(now, out);
  look_for_next_period(now, out);
  maybe_propose(now, out);
  maybe_soft_vote(now, out);
  maybe_cert_vote(now, out);
  maybe_next_vote(now, out);
  send_gathered(now, out);
  set_due(now);
}

void AlgorandEngine::look_for_certificate(Instant now, Outputs& out) {
  for (const auto& [key, book] : books_) {
    const auto [height, period, step] = key;
    if (step != cert || height <= certified_.height || height < height_) continue;
    const auto block = quorum(key);
    if (!block || block->is_zero()) continue;
    certified_ = {height, *block};
    certificate_ = proof(key);
  }
  if (certified_.height < height_) return;
  if (is_here(certified_.block)) return follow_best(now, out);
  ask_for(now, certified_.block, out);
}

void AlgorandEngine::begin_round(Instant now, Outputs& out) {
  height_ = tree().root().height + 1;
  books_.erase(books_.begin(), books_.lower_bound(BookKey{height_, 0, 0}));
  best_.erase(best_.begin(), best_.lower_bound({height_, 0}));
  send_all(certificate_, out);
  begin_period(now, 0, {}, {}, out);
}

void AlgorandEngine::begin_period(Instant now, std::uint64_t period, const Digest& pinned, Votes proof, Outputs& out) {
  period_ = period;
  if (period > 1) books_.erase(books_.lower_bound({height_, 0, 0}), books_.lower_bound({height_, period - 1, 0}));
  started_ = now;
  pinned_ = pinned;
  period_proof_ = std::move(proof);
  proposed_ = false;
  soft_.reset();
  cert_.reset();
  nexts_ = {};
  next_at_ = now + parameters_.deadline_timeout;
  const Node* adopted = tree().ancestor(tree().tip(), height_);
  favourite_ = adopted != nullptr ? adopted->digest : Digest{};
  turns_ = 0;
  persist(out);
}

// Enough next votes begin the period after theirs; enough soft votes show that theirs has begun.
void AlgorandEngine::look_for_next_period(Instant now, Outputs& out) {
  std::uint64_t period = period_;
  std::optional<std::pair<BookKey, Digest>> why;
  for (const auto& [key, book] : books_) {
    const auto [height, of, step] = key;
    const std::uint64_t begins = step >= next ? of + 1 : of;
    if (height != height_ || step == cert || begins < period || begins == period_) continue;
    const auto value = quorum(key);
    if (!value || (begins == period && why && !why->second.is_zero())) continue;
    period = begins;
    why = {key, *value};
  }
  if (!why) return;
  Votes votes = proof(why->first);
  send_all(votes, out);
  begin_period(now, period, why->second, std::move(votes), out);
}

// Who is a proposer of this period makes a block, or shows the pinned one again.
void AlgorandEngine::maybe_propose(Instant now, Outputs& out) {
  if (!config().self || proposed_ || tree().root().height + 1 != height_) return;
  proposed_ = true;
  const std::uint64_t weight = weight_of(height_, period_, propose, *config().self);
  if (weight == 0) return;
  const bool adopted = tree().tip().height != tree().root().height;
  if (!pinned_.is_zero() || adopted) return show_again(candidate(), out);
  const auto best = best_.find({height_, period_});
  const std::uint64_t priority = sortition_priority(draw_of(height_, period_, propose, *config().self), weight);
  if (best != best_.end() && best->second.priority <= priority) return;
  persist(out);
  produce(now, out);
}

void AlgorandEngine::show_again(const Digest& block, Outputs& out) const {
  const Node* node = tree().find(block);
  if (node == nullptr || !node->proposal) return;
  for (const ValidatorIndex peer : config().peers) out.push_back(SendConsensus{peer, TreeBlock{node->proposal}});
}

// What to soft-vote for: what the period before left, else the best proposal of this period; when nobody made one,
// because all who may have adopted one before, the best of the first period that has one. Zero: none.
Digest AlgorandEngine::candidate() const {
  if (!pinned_.is_zero()) return pinned_;
  auto best = best_.find({height_, period_});
  if (best == best_.end()) best = best_.lower_bound({height_, 0});
  return best != best_.end() && best->first.first == height_ ? best->second.block : Digest{};
}

void AlgorandEngine::maybe_soft_vote(Instant now, Outputs& out) {
  if (!config().self || soft_ || has_next_voted() || now < started_ + parameters_.filter_timeout) return;
  const Digest value = candidate();
  if (value.is_zero()) return;
  soft_ = value;
  cast(soft, value, out);
}

void AlgorandEngine::maybe_cert_vote(Instant now, Outputs& out) {
  const auto value = quorum({height_, period_, soft});
  if (!value || value->is_zero()) return;
  favourite_ = *value;
  const Node* node = tree().find(*value);
  if (node == nullptr) return ask_for(now, *value, out);
  if (node->height != height_) return;
  follow_best(now, out);  // on the disk first
  if (!config().self || cert_ || has_next_voted()) return;
  cert_ = *value;
  cast(cert, *value, out);
}

// At the deadline the step next; after that again and again one of late, redo and down, and all that is known is told
// to the neighbours once more: what was lost on the way may be what is missing. Observers tell it too: they may be all
// that connects two validators.
void AlgorandEngine::maybe_next_vote(Instant now, Outputs& out) {
  if (now < next_at_) return;
  turns_ = std::min(turns_ + 1, 1000u);
  next_at_ = now + std::min(parameters_.deadline_timeout, parameters_.filter_timeout * turns_);
  if (config().self) cast_next(out);
  tell_period_again(out);
}

void AlgorandEngine::cast_next(Outputs& out) {
  const Digest value = next_value();
  const std::uint32_t recovery = value.is_zero() ? down : is_staged(value) ? late : redo;
  const std::uint32_t step = has_next_voted() ? recovery : std::uint32_t{next};
  auto& vote = nexts_[step - next];
  if (vote) return;
  vote = value;
  cast(step, value, out);
}

// Has enough soft votes, and is here.
bool AlgorandEngine::is_staged(const Digest& value) const {
  return cert_ == value || (is_here(value) && quorum({height_, period_, soft}) == value);
}

Digest AlgorandEngine::next_value() const {
  if (cert_) return *cert_;
  const auto value = quorum({height_, period_, soft});
  if (value && is_staged(*value)) return *value;
  return left_open_before() ? Digest{} : pinned_;
}

// Whether enough next votes of the period before were for no value.
bool AlgorandEngine::left_open_before() const {
  if (period_ == 0) return false;
  const auto says_none = [this](std::uint32_t step) {
    const auto book = books_.find({height_, period_ - 1, step});
    if (book == books_.end()) return false;
    const VoteBook::Target* none = book->second.find({});
    return none != nullptr && static_cast<double>(none->weight + book->second.equivocating()) >= threshold(step);
  };
  return says_none(next) || says_none(down);
}

}  // namespace bsn
