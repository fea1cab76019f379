#include "node/algorand_engine.h"

#include <algorithm>

#include "node/state_bytes.h"

namespace bsn {
namespace {

std::uint64_t weigh_block(const Proposal&, const BlockTree::Node&) { return 1; }

void write(StateWriter& to, const std::optional<Digest>& value) {
  to.add(value.has_value()).add(value.value_or(Digest{}));
}
std::optional<Digest> read_value(StateReader& from) {
  const bool there = from.number() != 0;
  const Digest value = from.digest();
  return there ? std::optional(value) : std::nullopt;
}

void write(StateWriter& to, const TreeVote& vote) {
  to.add(vote.kind).add(vote.round).add(vote.height).add(vote.block);
  to.add(vote.voter.value).add(std::string_view(vote.extra)).add(vote.signature);
}
TreeVote read_vote(StateReader& from) {
  TreeVote one;
  one.kind = static_cast<std::uint32_t>(from.number());
  one.round = from.number();
  one.height = from.number();
  one.block = from.digest();
  one.voter.value = static_cast<std::uint32_t>(from.number());
  one.extra = from.text();
  one.signature = from.digest();
  return one;
}

void write(StateWriter& to, const std::vector<TreeVote>& votes) {
  to.add(votes.size());
  for (const TreeVote& vote : votes) write(to, vote);
}
std::vector<TreeVote> read_votes(StateReader& from) {
  std::vector<TreeVote> votes;
  for (std::uint64_t left = from.number(); left > 0 && from.ok(); --left) votes.push_back(read_vote(from));
  return votes;
}

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

// ---- votes ----

void AlgorandEngine::on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) {
  help(now, from, vote, out);
  if (!take(vote, from)) return;
  last_from_ = from;
  if (!gathered_until_) gathered_until_ = now + gather;
  go_on(now, out);
}

bool AlgorandEngine::take(const TreeVote& vote, std::optional<ValidatorIndex> from) {
  if (vote.kind < soft || vote.kind > down || vote.height < height_) return false;
  const auto voters = open_bundle(config().chain_seed, config().validators, vote);
  if (!voters || !is_expected(vote, *voters)) return false;
  const BookKey key{vote.height, vote.round, vote.kind};
  const auto [book, fresh] = books_.try_emplace(key, config().validators);
  const bool news = book->second.add(vote.height, vote.block, *voters, from, weigh(key));
  if (book->second.empty()) books_.erase(book);
  if (fresh) make_room();
  return news;
}

// Votes of this and the next round and of the periods at hand; of what is farther only what honest voters stand behind.
bool AlgorandEngine::is_expected(const TreeVote& vote, const VoterSet& voters) const {
  const std::uint64_t first = vote.height == height_ ? period_ : 0;
  const bool near = vote.height <= height_ + 1 && vote.round <= first + 1;
  if (near) return vote.height > height_ || vote.round + 1 >= period_;
  if (vote.height == height_ && vote.round < period_) return vote.kind == cert && vote.round + 1 >= period_;
  std::uint64_t weight = 0;
  voters.for_each([&](ValidatorIndex v) { weight += weight_of(vote.height, vote.round, vote.kind, v); });
  const double enough = vote.height > height_ + 1 ? threshold(vote.kind) : committee(vote.kind) / 2;
  return static_cast<double>(weight) >= enough && (vote.height <= height_ + 1 || vote.kind == cert);
}

// The farthest gives way.
void AlgorandEngine::make_room() {
  while (books_.size() > books_max) books_.erase(std::prev(books_.end()));
}

// The value that has enough, a block rather than none. Equivocators count for all, as in go-algorand.
std::optional<Digest> AlgorandEngine::quorum(const BookKey& key) const {
  const auto book = books_.find(key);
  if (book == books_.end()) return std::nullopt;
  std::optional<Digest> found;
  for (const VoteBook::Target& target : book->second.targets()) {
    const auto weight = static_cast<double>(target.weight + book->second.equivocating());
    if (weight >= threshold(std::get<2>(key)) && (!found || found->is_zero())) found = target.block;
  }
  return found;
}

TreeVote AlgorandEngine::bundle(const BookKey& key, const VoteBook::Target& target, const VoterSet& voters) const {
  const auto [height, period, step] = key;
  return bundle_votes(config().chain_seed, config().validators, {step, period, height, target.block}, voters);
}

// All votes of a step: those for other values may show who equivocates, and thereby counts for all.
AlgorandEngine::Votes AlgorandEngine::proof(const BookKey& key) const {
  Votes votes;
  const auto book = books_.find(key);
  if (book == books_.end()) return votes;
  for (const VoteBook::Target& target : book->second.targets()) votes.push_back(bundle(key, target, target.voters));
  return votes;
}

// Who votes in a round or period that is over gets what ended it. At most once in two gathers.
void AlgorandEngine::help(Instant now, ValidatorIndex to, const TreeVote& vote, Outputs& out) {
  const bool old_round = vote.height < height_ && !certificate_.empty();
  const bool old_period = vote.height == height_ && vote.round < period_ && !period_proof_.empty();
  if (!old_round && !old_period) return;
  const auto [last, fresh] = helped_.try_emplace(to, now);
  if (!fresh && now < last->second + gather * 2) return;
  last->second = now;
  for (const TreeVote& one : old_round ? certificate_ : period_proof_) out.push_back(SendConsensus{to, one});
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

// ---- sending ----

void AlgorandEngine::cast(std::uint32_t step, const Digest& block, Outputs& out) {
  persist(out);
  VoterSet self(config().validators);
  self.add(*config().self);
  const BookKey key{height_, period_, step};
  const auto [book, fresh] = books_.try_emplace(key, config().validators);
  book->second.add(height_, block, self, std::nullopt, weigh(key));
  if (book->second.empty()) books_.erase(book);
  gathered_until_ = Instant{};
  look_again_ = true;  // it may complete a quorum
}

void AlgorandEngine::send_gathered(Instant now, Outputs& out) {
  if (!gathered_until_ || now < *gathered_until_) return;
  gathered_until_.reset();
  for (auto& [key, book] : books_) {
    book.take_unsent([&, of = key](const VoteBook::Target& target, const VoterSet& voters) {
      send_all(bundle(of, target, voters), target.source, out);
    });
  }
}

void AlgorandEngine::tell_period_again(Outputs& out) {
  if (period_ > 0) show_again(candidate(), out);
  send_all(period_proof_, out);
  for (std::uint32_t step = soft; step <= down; ++step) send_all(proof({height_, period_, step}), out);
}

void AlgorandEngine::send_all(const Votes& votes, Outputs& out) const {
  for (const TreeVote& vote : votes) send_all(vote, std::nullopt, out);
}

void AlgorandEngine::send_all(const TreeVote& vote, std::optional<ValidatorIndex> except, Outputs& out) const {
  for (const ValidatorIndex peer : config().peers) {
    if (peer != except) out.push_back(SendConsensus{peer, vote});
  }
}

// Whoever voted last should have it, else a neighbour.
void AlgorandEngine::ask_for(Instant now, const Digest& block, Outputs& out) {
  if (config().peers.empty() || (asked_.second == block && now < asked_.first + ask_again)) return;
  const bool again = asked_.second == block || !last_from_;
  const ValidatorIndex whom = again ? config().peers[random().below(config().peers.size())] : *last_from_;
  asked_ = {now, block};
  out.push_back(SendConsensus{whom, TreeRequest{{block}, tree().root().height}});
}

void AlgorandEngine::set_due(Instant now) {
  due_ = earlier(gathered_until_, next_at_);
  if (config().self && !soft_ && now < started_ + parameters_.filter_timeout) {
    due_ = earlier(due_, started_ + parameters_.filter_timeout);
  }
  const bool waits =
      (certified_.height >= height_ && !is_here(certified_.block)) || (!favourite_.is_zero() && !is_here(favourite_));
  if (waits) due_ = earlier(due_, now + ask_again);
  if (std::exchange(look_again_, false) || (tree().root().height + 1 != height_)) due_ = now;
  if (due_ && *due_ < now) due_ = now;
}

// ---- the disk ----

void AlgorandEngine::persist(Outputs& out) const {
  StateWriter to;
  to.add(height_).add(period_).add(pinned_).add(std::uint64_t{proposed_});
  write(to, soft_);
  write(to, cert_);
  for (const auto& vote : nexts_) write(to, vote);
  write(to, certificate_);
  write(to, period_proof_);
  write(to, cert_ ? proof({height_, period_, soft}) : Votes{});
  out.push_back(PersistConsensus{TreeVoteState{to.bytes()}});
}

void AlgorandEngine::restore(std::string_view state) {
  StateReader from(state);
  const Height height = from.number();
  const std::uint64_t period = from.number();
  const Digest pinned = from.digest();
  const bool proposed = from.number() != 0;
  const auto soft_vote = read_value(from), cert_vote = read_value(from);
  decltype(nexts_) nexts;
  for (auto& vote : nexts) vote = read_value(from);
  certificate_ = read_votes(from);
  period_proof_ = read_votes(from);
  if (!from.ok() || height != height_) return;
  period_ = period;
  pinned_ = pinned;
  proposed_ = proposed;
  nexts_ = nexts;
  soft_ = soft_vote;
  cert_ = cert_vote;
  for (const TreeVote& reason : read_votes(from)) take(reason, std::nullopt);
  if (!config().self) return;
  const auto again = [&](std::uint32_t step, const std::optional<Digest>& value) {
    VoterSet self(config().validators);
    self.add(*config().self);
    if (value) {
      take(bundle_votes(config().chain_seed, config().validators, {step, period_, height_, *value}, self),
           std::nullopt);
    }
  };
  again(soft, soft_);
  again(cert, cert_);
  for (std::uint32_t i = 0; i < nexts_.size(); ++i) again(next + i, nexts_[i]);
  gathered_until_ = Instant{};
}

}  // namespace bsn
