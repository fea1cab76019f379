// The votes of an AlgorandEngine: heard and counted, cast and sent, and kept on the disk. The round that they make
// stands in algorand_engine.cpp.
#include <algorithm>

#include "core/byte_fields.h"
#include "node/algorand_engine.h"

namespace bsn {
namespace {

void write(ByteWriter& to, const std::optional<Digest>& value) {
  to.u8(value ? 1 : 0).digest(value.value_or(Digest{}));
}
std::optional<Digest> read_value(ByteReader& from) {
  const bool there = from.u8() != 0;
  const Digest value = from.digest();
  return there ? std::optional(value) : std::nullopt;
}

void write(ByteWriter& to, const TreeVote& vote) {
  to.u32(vote.kind).u64(vote.round).u64(vote.height).digest(vote.block);
  to.u32(vote.voter.value).text(vote.extra).digest(vote.signature);
}
TreeVote read_vote(ByteReader& from) {
  TreeVote one;
  one.kind = from.u32();
  one.round = from.u64();
  one.height = from.u64();
  one.block = from.digest();
  one.voter.value = from.u32();
  one.extra = from.text();
  one.signature = from.digest();
  return one;
}

void write(ByteWriter& to, const std::vector<TreeVote>& votes) {
  to.u64(votes.size());
  for (const TreeVote& vote : votes) write(to, vote);
}
std::vector<TreeVote> read_votes(ByteReader& from) {
  std::vector<TreeVote> votes;
  for (std::uint64_t left = from.u64(); left > 0 && !from.failed(); --left) votes.push_back(read_vote(from));
  return votes;
}

}  // namespace

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
  const auto voters = VoterSet::parse(config().validators, vote.extra);
  const BookKey key{vote.height, vote.round, vote.kind};
  if (!voters || !is_expected(vote, *voters)) return false;
  if (const auto known = books_.find(key); known != books_.end() && known->second.has(vote.block, *voters))
    return false;
  if (!is_signed_bundle(config().chain_seed, vote, *voters)) return false;
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
  const SharedConsensus message(vote);
  for (const ValidatorIndex peer : config().peers) {
    if (peer != except) out.push_back(SendConsensus{peer, message});
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
  ByteWriter to;
  to.u64(height_).u64(period_).digest(pinned_).u8(proposed_ ? 1 : 0);
  write(to, soft_);
  write(to, cert_);
  for (const auto& vote : nexts_) write(to, vote);
  write(to, certificate_);
  write(to, period_proof_);
  write(to, cert_ ? proof({height_, period_, soft}) : Votes{});
  out.push_back(PersistConsensus{TreeVoteState{to.bytes()}});
}

void AlgorandEngine::restore(std::string_view state) {
  ByteReader from(state);
  const Height height = from.u64();
  const std::uint64_t period = from.u64();
  const Digest pinned = from.digest();
  const bool proposed = from.u8() != 0;
  const auto soft_vote = read_value(from), cert_vote = read_value(from);
  decltype(nexts_) nexts;
  for (auto& vote : nexts) vote = read_value(from);
  certificate_ = read_votes(from);
  period_proof_ = read_votes(from);
  if (from.failed() || height != height_) return;
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
