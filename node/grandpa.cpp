#include "node/grandpa.h"

#include <algorithm>
#include <numeric>

#include "core/byte_fields.h"

namespace bsn {

Grandpa::Grandpa(Setup setup, const BlockTree& tree, std::string_view state, Instant now)
    : setup_(std::move(setup)),
      tree_(tree),
      total_(std::accumulate(setup_.stake.begin(), setup_.stake.end(), std::uint64_t{0})),
      tolerated_((total_ - 1) / 3),
      enough_(total_ - tolerated_),
      started_(now),
      progress_(now) {
  if (!state.empty()) restore(state);
  round_at(round_);
  due_ = now;
}

// ---- what is heard ----

void Grandpa::hear(Instant now, ValidatorIndex from, const TreeVote& bundle, Wishes& wishes) {
  if (bundle.kind == status) return answer(now, from, bundle.round, wishes);
  if (bundle.kind > primary || bundle.round == 0 || bundle.round + 1 < round_) return;
  const auto voters = VoterSet::parse(validators(), bundle.extra);
  if (!voters || is_known(bundle, *voters) || !is_signed_bundle(setup_.chain_seed, bundle, *voters)) return;
  if (bundle.round > round_ + rounds_ahead && !has_honest_voter(*voters)) return;
  if (!take(bundle.round, bundle.kind, bundle, *voters, from)) return;
  if (bundle.kind == primary) wishes.all_but.emplace_back(from, bundle);
  if (!gathered_until_) gathered_until_ = now + setup_.gossip / 4;
  advance(now, wishes);
}

// Most bundles come from several neighbours.
bool Grandpa::is_known(const TreeVote& bundle, const VoterSet& voters) const {
  const auto at = rounds_.find(bundle.round);
  if (at == rounds_.end()) return false;
  if (bundle.kind == primary) return !at->second.hint.is_zero();
  return (bundle.kind == prevote ? at->second.prevotes : at->second.precommits).has(bundle.block, voters);
}

// A round far ahead is believed in when honest voters are there; the one heard of before it gives way.
bool Grandpa::has_honest_voter(const VoterSet& voters) const {
  std::uint64_t weight = 0;
  voters.for_each([&](ValidatorIndex voter) { weight += setup_.stake[voter.value]; });
  return weight > tolerated_;
}

Grandpa::Round& Grandpa::round_at(std::uint64_t round) {
  const auto [at, fresh] = rounds_.try_emplace(round);
  if (!fresh) return at->second;
  at->second.prevotes = VoteBook(validators());
  at->second.precommits = VoteBook(validators());
  if (rounds_.size() > rounds_ahead + 3) {
    const auto last = std::prev(rounds_.end())->first == round ? std::prev(rounds_.end(), 2) : std::prev(rounds_.end());
    rounds_.erase(last);
  }
  return rounds_.at(round);
}

// False: nothing in it is news.
bool Grandpa::take(std::uint64_t round, std::uint32_t kind, const TreeVote& bundle, const VoterSet& voters,
                   std::optional<ValidatorIndex> from) {
  Round& here = round_at(round);
  if (kind == primary) {
    const ValidatorIndex expected{static_cast<std::uint32_t>(round % validators())};
    if (bundle.voter != expected || voters.count() != 1 || !here.hint.is_zero()) return false;
    here.hint = bundle.block;
    here.hint_height = bundle.height;
    return !here.hint.is_zero();
  }
  return (kind == prevote ? here.prevotes : here.precommits).add(bundle.height, bundle.block, voters, from, weigh());
}

// At most once per T to each neighbour.
void Grandpa::answer(Instant now, ValidatorIndex to, std::uint64_t their_round, Wishes& wishes) {
  if (their_round > round_) return;
  const auto [last, fresh] = answered_.try_emplace(to, now);
  if (!fresh && now < last->second + setup_.gossip) return;
  last->second = now;
  std::vector<TreeVote> bundles;
  for (const auto& [round, votes] : rounds_) tell_all(round, bundles);
  for (TreeVote& bundle : bundles) wishes.to.emplace_back(to, std::move(bundle));
}

void Grandpa::tell_all(std::uint64_t round, std::vector<TreeVote>& bundles) const {
  const Round& here = rounds_.at(round);
  for (const Kind kind : {prevote, precommit}) {
    for (const VoteBook::Target& target : (kind == prevote ? here.prevotes : here.precommits).targets()) {
      const VoteSubject subject{kind, round, target.height, target.block};
      bundles.push_back(bundle_votes(setup_.chain_seed, validators(), subject, target.voters));
    }
  }
}

// ---- what the votes say (section 2.3) ----

// The block, or the root for what is not above it: that is final anyway. Null: not here yet.
const Grandpa::Node* Grandpa::node_of(Height height, const Digest& block) const {
  const Node* node = tree_.find(block);
  if (node != nullptr) return node->height == height ? node : nullptr;
  return height <= tree_.root().height ? &tree_.root() : nullptr;
}

// Of votes for blocks that are here. Those of equivocators count for everything.
std::uint64_t Grandpa::known_weight(const VoteBook& book) const {
  std::uint64_t weight = book.equivocating();
  for (const VoteBook::Target& target : book.targets()) {
    if (node_of(target.height, target.block) != nullptr) weight += target.weight;
  }
  return weight;
}

std::uint64_t Grandpa::weight_of(const VoteBook& book, const Node& block) const {
  std::uint64_t weight = book.equivocating();
  for (const VoteBook::Target& target : book.targets()) {
    const Node* node = node_of(target.height, target.block);
    if (node != nullptr && tree_.ancestor(*node, block.height) == &block) weight += target.weight;
  }
  return weight;
}

// The highest block that has enough. A vote for a block that is not here is at least one for the root: so a block that
// was lost, because all who had it off their best chain restarted, holds nobody up. Weights are carried down from the
// highest blocks until one is reached.
const Grandpa::Node* Grandpa::ghost(const VoteBook& book) const {
  std::uint64_t voted = book.equivocating();
  for (const VoteBook::Target& target : book.targets()) voted += target.weight;
  if (voted < enough_) return nullptr;
  std::map<std::pair<Height, std::uint64_t>, std::pair<const Node*, std::uint64_t>> open;
  const auto add = [&](const Node* node, std::uint64_t weight) {
    open.try_emplace({node->height, node->order}, node, 0).first->second.second += weight;
  };
  add(&tree_.root(), 0);
  for (const VoteBook::Target& target : book.targets()) {
    const Node* node = node_of(target.height, target.block);
    add(node != nullptr ? node : &tree_.root(), target.weight);
  }
  while (true) {  // ends: the root has everything that is known
    const auto [node, weight] = std::prev(open.end())->second;
    if (weight + book.equivocating() >= enough_ || node == &tree_.root()) return node;
    open.erase(std::prev(open.end()));
    add(node->parent, weight);
  }
}

// Whether a block that has this weight can still get enough: by those who have not voted or voted for what is not here,
// and by those who voted for something else and may yet equivocate.
bool Grandpa::can_reach(const VoteBook& book, std::uint64_t for_it) const {
  const std::uint64_t known = known_weight(book);
  const std::uint64_t liars = tolerated_ - std::min(tolerated_, book.equivocating());
  return for_it + (total_ - known) + std::min(known - for_it, liars) >= enough_;
}

bool Grandpa::a_child_can_reach(const VoteBook& book, const Node& block) const {
  if (can_reach(book, book.equivocating())) return true;  // one that nobody voted for
  return std::any_of(book.targets().begin(), book.targets().end(), [&](const VoteBook::Target& target) {
    const Node* node = node_of(target.height, target.block);
    if (node == nullptr || node->height <= block.height || tree_.ancestor(*node, block.height) != &block) return false;
    return can_reach(book, weight_of(book, *tree_.ancestor(*node, block.height + 1)));
  });
}

Grandpa::Standing Grandpa::standing(std::uint64_t round) const {
  Standing here;
  const auto at = rounds_.find(round);
  if (at == rounds_.end()) return here;
  const auto& [prevotes, precommits, hint, hint_height] = at->second;
  here.ghost = ghost(prevotes);
  if (here.ghost == nullptr) return here;
  here.prevotes_settled = !a_child_can_reach(prevotes, *here.ghost);
  here.estimate = here.ghost;
  if (known_weight(precommits) < enough_) return here;
  while (here.estimate != &tree_.root() && !can_reach(precommits, weight_of(precommits, *here.estimate))) {
    here.estimate = here.estimate->parent;
  }
  here.completable = here.estimate != here.ghost || !a_child_can_reach(precommits, *here.ghost);
  return here;
}

const Grandpa::Node* Grandpa::final_block() const {
  const Node* node = tree_.find(final_digest_);
  return node != nullptr && node->height > tree_.root().height ? node : nullptr;
}

void Grandpa::find_final() {
  for (const auto& [round, votes] : rounds_) {
    const Node* node = ghost(votes.precommits);
    if (node == nullptr || node->height <= std::max(final_height_, tree_.root().height)) continue;
    final_height_ = node->height;
    final_digest_ = node->digest;
  }
}

// ---- what is done (section 3.1) ----

void Grandpa::advance(Instant now, Wishes& wishes) {
  jump(now, wishes);
  // Every turn casts a vote of this round or begins the next; rounds that nobody votes in do not complete.
  while (act(now, wishes)) continue;
  find_final();
  send_gathered(now, wishes);
  say_stuck(now, wishes);
  set_due(now);
}

void Grandpa::jump(Instant now, Wishes& wishes) {
  for (auto at = rounds_.rbegin(); at != rounds_.rend() && at->first > round_; ++at) {
    if (standing(at->first).completable) return start(at->first + 1, now, wishes);
  }
}

// One step of the round; false: there is none now.
bool Grandpa::act(Instant now, Wishes& wishes) {
  const Standing here = standing(round_);
  const Node* before = estimate_before();
  if (before == nullptr) return false;
  if (setup_.self && !own_prevote_ && !own_precommit_) {
    const bool time = now >= started_ + setup_.gossip * 2 && something_new();
    if (time || here.completable) {
      cast(prevote, *choose_prevote(), wishes);
      return true;
    }
  }
  if (setup_.self && own_prevote_ && !own_precommit_ && may_precommit(now, here)) {
    cast(precommit, *here.ghost, wishes);
    return true;
  }
  if (!here.completable) return false;
  start(round_ + 1, now, wishes);
  return true;
}

bool Grandpa::may_precommit(Instant now, const Standing& here) const {
  const Node* before = estimate_before();
  if (here.ghost == nullptr || tree_.ancestor(*here.ghost, before->height) != before) return false;
  return here.completable || here.prevotes_settled || now >= started_ + setup_.gossip * 4;
}

// E of the round before; null: it is not known to have been completable.
const Grandpa::Node* Grandpa::estimate_before() const {
  if (round_ == 1) return &tree_.root();
  const Standing before = standing(round_ - 1);
  return before.completable ? before.estimate : nullptr;
}

const Grandpa::Node* Grandpa::choose_prevote() const {
  const Node* base = estimate_before();
  const auto& here = rounds_.at(round_);
  const Node* hint = tree_.find(here.hint);
  const Node* most = round_ == 1 ? base : standing(round_ - 1).ghost;
  const bool follows = hint != nullptr && hint->height > base->height && tree_.ancestor(*hint, base->height) == base &&
                       tree_.ancestor(*most, hint->height) == hint;
  if (follows) base = hint;
  const Node* head = tree_.ancestor(tree_.tip(), base->height) == base ? &tree_.tip() : base;
  if (head == base) {
    tree_.for_each([&](const Node& node) {
      const bool above = node.height > base->height && tree_.ancestor(node, base->height) == base;
      if (above && node.total > head->total) head = &node;
    });
  }
  const Height root = tree_.root().height;
  const Height three_quarters = root + ((head->height - root) * 3 + 2) / 4;
  const Height rule = std::min(three_quarters, head->height - std::min(head->height, unvoted));
  return tree_.ancestor(*head, std::max({rule, base->height, root}));
}

bool Grandpa::something_new() const {
  return !rounds_.at(round_).prevotes.empty() || choose_prevote()->height > tree_.root().height;
}

void Grandpa::cast(Kind kind, const Node& block, Wishes& wishes) {
  (kind == prevote ? own_prevote_ : own_precommit_) = Own{block.height, block.digest};
  VoterSet self(validators());
  self.add(*setup_.self);
  Round& here = round_at(round_);
  (kind == prevote ? here.prevotes : here.precommits).add(block.height, block.digest, self, std::nullopt, weigh());
  if (!gathered_until_) gathered_until_ = Instant{};  // goes at once, or with those that wait
  wishes.persist = true;
}

void Grandpa::start(std::uint64_t round, Instant now, Wishes& wishes) {
  round_at(round);
  rounds_.erase(rounds_.begin(), rounds_.lower_bound(round - 1));
  round_ = round;
  own_prevote_.reset();
  own_precommit_.reset();
  started_ = progress_ = now;
  wishes.persist = true;
  give_hint(wishes);
}

// The primary tells the estimate of the round before, unless that is final.
void Grandpa::give_hint(Wishes& wishes) {
  if (!setup_.self || setup_.self->value != round_ % validators()) return;
  const Node* estimate = estimate_before();
  if (estimate == nullptr || estimate->height <= std::max(final_height_, tree_.root().height)) return;
  VoterSet self(validators());
  self.add(*setup_.self);
  const VoteSubject subject{primary, round_, estimate->height, estimate->digest};
  wishes.all_but.emplace_back(std::nullopt, bundle_votes(setup_.chain_seed, validators(), subject, self));
}

// ---- gossip ----

void Grandpa::send_gathered(Instant now, Wishes& wishes) {
  if (!gathered_until_ || now < *gathered_until_) return;
  gathered_until_.reset();
  for (auto& [round, votes] : rounds_) {
    for (const Kind kind : {prevote, precommit}) {
      (kind == prevote ? votes.prevotes : votes.precommits)
          .take_unsent([&, at = round](const VoteBook::Target& target, const VoterSet& voters) {
            const VoteSubject subject{kind, at, target.height, target.block};
            wishes.all_but.emplace_back(target.source, bundle_votes(setup_.chain_seed, validators(), subject, voters));
          });
    }
  }
}

bool Grandpa::waits_for_votes() const {
  const bool busy = std::any_of(rounds_.lower_bound(round_), rounds_.end(), [](const auto& round) {
    return !round.second.prevotes.empty() || !round.second.precommits.empty();
  });
  return busy || estimate_before() == nullptr;
}

// Somebody votes, and yet nothing goes on: tells the neighbours what is known and asks for what is not.
void Grandpa::say_stuck(Instant now, Wishes& wishes) {
  if (!waits_for_votes()) progress_ = now;
  if (now < progress_ + setup_.gossip * 4) return;
  progress_ = now;
  std::vector<TreeVote> bundles;
  tell_all(round_, bundles);
  for (TreeVote& bundle : bundles) wishes.all_but.emplace_back(std::nullopt, std::move(bundle));
  wishes.all_but.emplace_back(std::nullopt, TreeVote{status, round_, tree_.root().height, {}, {}, {}, {}});
}

void Grandpa::set_due(Instant now) {
  due_ = gathered_until_;
  for (const Instant at : {started_ + setup_.gossip * 2, started_ + setup_.gossip * 4}) {
    if (at > now) due_ = earlier(due_, at);
  }
  if (waits_for_votes()) due_ = earlier(due_, progress_ + setup_.gossip * 4);
  if (due_ && *due_ <= now) due_ = now + nanoseconds(1);
}

// ---- the disk ----

std::string Grandpa::state() const {
  ByteWriter to;
  to.u64(round_);
  for (const auto& own : {own_prevote_, own_precommit_}) {
    to.u8(own ? 1 : 0);
    if (own) to.u64(own->height).digest(own->block);
  }
  std::vector<TreeVote> bundles;
  if (rounds_.contains(round_ - 1)) tell_all(round_ - 1, bundles);
  to.u64(bundles.size());
  for (const TreeVote& bundle : bundles) {
    to.u32(bundle.kind).u64(bundle.height).digest(bundle.block).text(bundle.extra);
  }
  return to.bytes();
}

void Grandpa::restore(std::string_view state) {
  ByteReader from(state);
  round_ = std::max<std::uint64_t>(from.u64(), 1);
  for (auto* own : {&own_prevote_, &own_precommit_}) {
    if (from.u8() == 0) continue;
    *own = Own{};
    (*own)->height = from.u64();
    (*own)->block = from.digest();
    VoterSet self(validators());
    self.add(*setup_.self);
    Round& here = round_at(round_);
    (own == &own_prevote_ ? here.prevotes : here.precommits)
        .add((*own)->height, (*own)->block, self, std::nullopt, weigh());
  }
  for (std::uint64_t left = from.u64(); left > 0 && !from.failed(); --left) {
    TreeVote bundle;
    bundle.kind = from.u32();
    bundle.height = from.u64();
    bundle.block = from.digest();
    const auto voters = VoterSet::parse(validators(), from.text());
    if (voters) take(round_ - 1, bundle.kind, bundle, *voters, std::nullopt);
  }
  gathered_until_ = Instant{};
}

}  // namespace bsn
