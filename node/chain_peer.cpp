#include "node/chain_peer.h"

#include <algorithm>
#include <string>

#include "core/check.h"
#include "node/chain_members.h"
#include "node/gossip.h"
#include "node/quorum.h"

namespace bsn {
namespace {

constexpr Duration mempool_lifetime = seconds(30 * 60);
constexpr Duration mempool_sweep = seconds(60);
constexpr std::uint32_t blocks_per_answer = BlockSync::window;  // the driver may send fewer, for their bytes
constexpr std::size_t forward_transactions = 500;               // in one message ...
constexpr std::uint64_t forward_bytes = 1024 * 1024;            // ... and their bytes, unless a single one is longer

// To how many neighbours a peer of a tree passes on what it heard. With three, chosen anew each time, about 94 of 100
// peers hear of a transaction (x = 1 - e^-3x), which is enough to have it in the next blocks, at three messages a peer
// instead of one for each neighbour. Who brought it into the network tells all neighbours.
constexpr std::size_t passed_on_to = 3;

// The seat of this city, if it votes or may have to vote until its removal is committed.
std::optional<ValidatorIndex> present_seat(const ChainSpec& spec, CityIndex self, const DurableState& durable) {
  const auto seat = seat_of(spec, self);
  if (!seat || is_voter(spec, *seat) || durable.raft_vote || durable.bft_vote) return seat;
  return std::nullopt;
}

// Whether a validator with this disk may have signed what it does not know any more.
bool must_be_silent(const ChainSpec& spec, const DurableState& durable) {
  if (std::holds_alternative<RaftParameters>(spec.engine)) return !durable.raft_vote;
  return grows_a_tree(spec.engine) ? !durable.tree_vote : !durable.bft_vote;
}

Ledger replay(const ChainSpec& spec, const DurableState& durable, const MakeLedger& genesis) {
  Ledger ledger = genesis(spec);
  const bool tree = grows_a_tree(spec.engine);
  if (tree && durable.final_height == 0) ledger.keep_undoable();
  for (const BlockPtr& block : durable.blocks) {
    const auto applied = ledger.apply(*block);
    // Better no peer than one that serves bytes which its disk made up.
    BSN_CHECK(applied.ok(), "a stored block does not verify: " + applied.error().message);
    if (tree && ledger.height() == durable.final_height) ledger.keep_undoable();
  }
  return ledger;
}

Duration leaderless_grace(const ChainSpec& spec) {
  const auto* raft = std::get_if<RaftParameters>(&spec.engine);
  return raft == nullptr ? seconds(0) : raft->election_timeout * 2;
}

}  // namespace

ChainPeer::ChainPeer(const ChainSpec& spec, CityIndex self, std::uint64_t seed, const DurableState& durable,
                     Instant now, const MakeEngine& make, const MakeLedger& genesis, bool joins)
    : self_(self),
      self_validator_(present_seat(spec, self, durable)),
      tree_(grows_a_tree(spec.engine)),
      spec_(spec),
      members_(members_of(spec)),
      chain_seed_(Random(seed).fork("chain " + to_string(spec.name)).next()),
      joining_(joins),
      seed_(seed),
      make_(make),
      silent_(joins && votes_by_wish() && must_be_silent(spec, durable)),
      ledger_(replay(spec, durable, genesis)),
      facts_(spec, std::nullopt),
      mempool_(spec.mempool, spec.block),
      calls_(spec.mempool.max_transactions),
      forwarder_(spec.mempool.forward_interval),
      sync_(sync_parameters(spec, self_validator_, self, joins, silent_), ledger_.final_height(), now),
      leaderless_since_(now),
      leaderless_grace_(leaderless_grace(spec)),
      forward_turn_(self.value),
      started_(now),
      next_expiry_(now + mempool_sweep) {
  spec_.genesis = {};
  spec_.cross_chain = {};
  BSN_CHECK(is_member(self), "a chain peer stands in a city of its chain");
  if (tree_) restore_open_blocks(durable);
  for (const TransactionPtr& accepted : durable.accepted) restore_accepted(accepted, now);
  if (tree_ || (self_validator_ && !silent_)) start_engine(now, durable);
}

void ChainPeer::start_engine(Instant now, const DurableState& durable) {
  rest_changed();
  if (self_validator_) pushed_to_ = followers_of(spec_, *self_validator_);
  const EngineConfig config = engine_config(seed_);
  set_neighbours(config.peers);
  engine_ = make_(config, durable, tree_ || durable.blocks.empty() ? tip() : tip_of(*durable.blocks.back()), now);
  BSN_CHECK(engine_->grows_a_tree() == tree_, "an engine is of the family that its chain names");
}

// As the header says: after enough others have told their heights, and two blocks more.
void ChainPeer::end_silence(Instant now) {
  if (!silent_ || !std::holds_alternative<BftParameters>(spec_.engine)) return;
  const auto n = static_cast<std::uint32_t>(voter_cities(spec_).size());
  if (!votes_behind_) {
    const auto told = sync_.second_highest(n - byzantine_fault_bound(n));
    if (told) votes_behind_ = *told + 2;
  }
  if (!votes_behind_ || ledger_.height() < *votes_behind_ || history_) return;
  silent_ = false;
  start_engine(now, {});
}

EngineConfig ChainPeer::engine_config(std::uint64_t seed) const {
  EngineConfig config;
  if (!silent_) config.self = self_validator_;
  config.validators = static_cast<std::uint32_t>(spec_.validators.size());
  config.block = spec_.block;
  config.parameters = spec_.engine;
  config.voters = spec_.voters;
  for (std::uint32_t seat = 0; seat < spec_.founders; ++seat) config.founders.push_back({seat});
  config.random = Random(seed).fork("engine of " + to_string(spec_.name) + " in city " + std::to_string(self_.value));
  if (!tree_) return config;
  config.stake = spec_.stake;
  if (config.stake.empty()) config.stake.edit().resize(config.validators, 1);
  config.chain_seed = chain_seed_;
  config.peers = gossip_peers();
  return config;
}

std::vector<ValidatorIndex> ChainPeer::gossip_peers() const {
  return gossip_neighbours(static_cast<std::uint32_t>(members_.size()), gossip_degree(spec_.engine), chain_seed_,
                           *peer_of(self_));
}

void ChainPeer::set_neighbours(const std::vector<ValidatorIndex>& peers) {
  neighbours_.clear();
  for (const ValidatorIndex peer : peers) neighbours_.push_back(city_of(peer));
  constexpr std::size_t most_searched = 16;
  neighbour_peers_ = peers.size() <= most_searched ? peers : std::vector<ValidatorIndex>{};
}

void ChainPeer::leave(Instant now, std::vector<ChainPeerOutput>& out) {
  rest_changed();
  if (self_validator_ && !votes_by_wish()) give_seat_up(now);  // it knows no leader any more; any voter does
  forwarder_.send_all_again(now);
  forward_due(now, out);
  std::vector<OpenCall> open = calls_.take_all();
  const std::vector<OpenCall> questions = facts_.take_all();
  open.insert(open.end(), questions.begin(), questions.end());
  for (const OpenCall& call : open) {
    answer(now, call, refusal(Status::unavailable, Reason::draining, "the chain peer of this city is given up"), out);
  }
  out.push_back(Persist{ChainErased{}});
}

void ChainPeer::step(Instant now, const ChainPeerInput& input, std::vector<ChainPeerOutput>& out) {
  flush_erasures(out);
  if (const auto* arrived = std::get_if<PeerMessageArrived>(&input)) {
    on(now, *arrived, out);
  } else {
    rest_changed();
    std::visit([&](const auto& one) { on(now, one, out); }, input);
  }
  close_seat(now);
}

void ChainPeer::advance_to(Instant now, std::vector<ChainPeerOutput>& out) {
  rest_changed();
  flush_erasures(out);
  expire_calls(now, out);
  if (engine_) {
    // What an engine has done may make something else due at once.
    constexpr int turns_max = 1000;
    for (int turn = 0; engine_->next_wakeup().value_or(Instant::max()) <= now; ++turn) {
      BSN_CHECK(turn < turns_max, "an engine comes to rest at each instant");
      engine_->advance_to(now, engine_outputs_);
      drain_engine(now, out);
    }
    drain_engine(now, out);
  }
  forward_due(now, out);
  if (fetch_) {
    if (fetch_->next_due() <= now) fetch_snapshot(now, out);
  } else {
    for (const BlockSync::Request& request : sync_.take_due(now)) {
      out.push_back(SendToPeer{city_to_ask(request.to), BlocksRequest{request.from}});
    }
  }
  if (history_) fill_history(now, out);
  if (mempool_.size() > 0 && next_expiry_ <= now) {
    next_expiry_ = now + mempool_sweep;
    mempool_.expire(now - mempool_lifetime, [&](const Digest& id) { return calls_.waits_for(id); });
    if (engine_) drain_engine(now, out);  // which hears that less is waiting
  }
  close_seat(now);
}

std::optional<Instant> ChainPeer::next_wakeup() const {
  if (!rest_known_) rest_wakeup_ = rest_wakeup();
  rest_known_ = true;
  const std::optional<Instant> rest = rest_wakeup_ == Instant::max() ? std::nullopt : std::optional(rest_wakeup_);
  return engine_ ? earlier(rest, engine_->next_wakeup()) : rest;
}

Instant ChainPeer::rest_wakeup() const {
  std::optional<Instant> next = earlier(calls_.next_deadline(), fetch_ ? fetch_->next_due() : sync_.next_due());
  next = earlier(next, facts_.next_deadline());
  if (history_) next = earlier(next, history_->next_due());
  // Restored ones; told at once.
  if (engine_ && mempool_.waiting() != told_.transactions) next = earlier(next, started_);
  if (can_forward()) next = earlier(next, forwarder_.next_due());
  if (mempool_.size() > 0) next = earlier(next, next_expiry_);
  if (!erasures_.empty()) next = earlier(next, started_);
  return next.value_or(Instant::max());
}

ChainPeerStatus ChainPeer::status() const {
  ChainPeerStatus status;
  status.height = ledger_.height();
  status.final_height = ledger_.final_height();
  status.tip = ledger_.tip();
  status.final_tip = open_blocks_.empty() ? ledger_.tip() : open_blocks_.front().block->header.parent;
  status.state_root = ledger_.state_root();
  status.validator = votes_by_wish() && !silent_ && !seat_waits_;
  status.silent = silent_;
  if (engine_) status.voters = engine_->committed_voters();
  if (leader_) status.leader = spec_.validators[leader_->value];
  status.mempool_transactions = static_cast<std::uint32_t>(mempool_.size());
  status.open_calls = static_cast<std::uint32_t>(calls_.size());
  status.joined = !joining_;
  status.reorganised = reorganised_;
  return status;
}

Reply ChainPeer::find_transaction(const Digest& transaction) const {
  const auto executed = ledger_.find(transaction);
  if (!executed) {
    return refusal(Status::not_found, Reason::unknown_transaction, "no block here holds this transaction");
  }
  if (executed->height > ledger_.final_height()) {
    return refusal(Status::not_found, Reason::unknown_transaction,
                   "its block " + std::to_string(executed->height) + " is not final here yet");
  }
  return result_of(transaction);
}

// Of a transaction that is in a block here, final or not.
Reply ChainPeer::result_of(const Digest& transaction) const {
  return reply_of(ledger_, transaction, *ledger_.find(transaction));
}

// ---- messages between peers ----

void ChainPeer::on(Instant now, const PeerMessageArrived& arrived, Outputs& out) {
  if (arrived.from == self_) return;
  const auto sender = peer_of(arrived.from);
  if (sender && std::holds_alternative<ConsensusMessage>(*arrived.message)) {
    engine_alone_ = true;
    return on_consensus(now, *sender, arrived.message, out);
  }
  const bool last_words =
      former_.contains(arrived.from) && std::holds_alternative<TransactionsForward>(*arrived.message);
  if (!sender && !last_words) return;
  rest_changed();
  const auto hear = [&](const auto& one) {
    if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, ConsensusMessage>) {
      on_message(now, arrived.from, one, out);
    }
  };
  std::visit(hear, *arrived.message);
}

void ChainPeer::on_consensus(Instant now, ValidatorIndex from, const PeerMessagePtr& message, Outputs& out) {
  const bool listens = tree_ || from.value < spec_.validators.size();
  if (engine_ && listens) engine_step(now, MessageArrived{from, SharedConsensus(message)}, out);
}

void ChainPeer::on_message(Instant now, CityIndex from, const TransactionsForward& message, Outputs& out) {
  if (!engine_ && !self_validator_) return;  // a follower proposes nothing; a silent validator passes on
  for (const TransactionPtr& transaction : message.transactions) take_in(now, from, transaction);
  if (engine_) drain_engine(now, out);
}

void ChainPeer::on_message(Instant, CityIndex from, const BlocksRequest& message, Outputs& out) {
  const Height height = ledger_.final_height();
  const Height stored = history_ ? history_->stored() : height;
  if (message.from == 0 || message.from > stored) {
    out.push_back(SendToPeer{from, Blocks{{}, height}});  // not there, or not here: who is behind asks another
  } else {
    const auto there = static_cast<std::uint32_t>(std::min<Height>(blocks_per_answer, stored - message.from + 1));
    out.push_back(SendStoredBlocks{from, message.from, there, height});
  }
}

void ChainPeer::on_message(Instant now, CityIndex from, const Blocks& message, Outputs& out) {
  const auto validator = validator_of(from);
  if (!validator || !is_voter(spec_, *validator)) return;
  if (history_) take_history(now, *validator, message, out);
  const bool was_behind = sync_.behind();
  sync_.heard(*validator, message, now);
  consider_snapshot(now, needed_vouchers(spec_), out);
  apply_believed(now, out);
  if (was_behind && !sync_.behind()) {
    out.push_back(Observed{Observed::What::synced, ledger_.height(), term_, std::nullopt});
  }
  note_joined(out);
  end_silence(now);
  open_seat(now, out);
}

void ChainPeer::note_joined(Outputs& out) {
  if (!joining_ || !sync_.caught_up()) return;
  joining_ = false;
  out.push_back(Observed{Observed::What::joined, ledger_.height(), term_, std::nullopt});
}

// A transaction on its way. Full or of no use: dropped, its origin sends it again.
void ChainPeer::take_in(Instant now, CityIndex from, const TransactionPtr& transaction) {
  if (ledger_.find_key(transaction->key)) return;
  if (mempool_.add(transaction, now) != Mempool::Added::fresh) return;
  ++work_.verified;
  const bool pass_on = to_leader_only() ? !leads() : tree_ || !validator_of(from);
  if (pass_on) forwarder_.add(transaction, false, now);
}

// ---- blocks ----

void ChainPeer::apply_believed(Instant now, Outputs& out) {
  while (!history_ || !history_->full()) {  // ends: each turn seals or drops a candidate; these are bounded
    const std::vector<BlockPtr> bodies = sync_.believed();
    if (bodies.empty()) return;
    if (tree_) {
      if (!take_fetched(now, bodies.front(), out)) sync_.refuted(bodies.front());
      continue;
    }
    if (const auto applied = ledger_.apply(*bodies.front()); !applied) {
      sync_.refuted(bodies.front());
      continue;
    }
    settle(now, bodies.front(), out);
    if (engine_) engine_step(now, tip_of(*bodies.front()), out);
  }
}

void ChainPeer::count_work(const Block& block) {
  (block.header.proposer == self_validator_ ? work_.executed : work_.validated) += block.transactions.size();
}

// The ledger has sealed this block: store it, then tell everybody whom it concerns.
void ChainPeer::settle(Instant now, const BlockPtr& block, Outputs& out) {
  count_work(*block);
  store(block, out);
  offer(offers_.sealed(ledger_, now), out);
  for (const TransactionPtr& transaction : block->transactions) {
    remove_from_mempool(now, *transaction, out);
    answer_executed(now, transaction->id, out);
  }
  if (engine_ && !to_leader_only()) mempool_.take_back();  // own proposals for this height are history
  sync_.advanced(block->hash, now);
  sign_waiting(out);
  out.push_back(Observed{Observed::What::block_sealed, block->header.height, term_, std::nullopt});
}

void ChainPeer::remove_from_mempool(Instant now, const Transaction& transaction, Outputs& out) {
  const Mempool::Removed removed = mempool_.remove(transaction);
  forwarder_.forget(transaction.id);
  if (removed.pinned) out.push_back(Persist{AcceptedErase{transaction.id}});
  if (!removed.rival) return;
  const Digest rival = removed.rival->id;
  forwarder_.forget(rival);
  if (removed.rival_pinned) out.push_back(Persist{AcceptedErase{rival}});
  answer_waiting(now, rival, key_reused(rival), out);
}

void ChainPeer::push(const BlockPtr& block, Outputs& out) const {
  if (pushed_to_.empty()) return;
  const PeerMessagePtr message = share(Blocks{{block}, ledger_.height()});
  for (const CityIndex follower : pushed_to_) out.push_back(SendToPeer{follower, message});
}

// ---- forwarding ----

void ChainPeer::forward_due(Instant now, Outputs& out) {
  if (!can_forward()) return;
  const Forwarder::Due due = forwarder_.take_due(now);
  if (due.retried && !self_validator_) ++forward_turn_;
  if (due.transactions.empty()) return;
  const std::vector<CityIndex> targets = forward_targets(due.own);
  if (targets.empty()) return;
  for (std::size_t next = 0; next < due.transactions.size();) {
    TransactionsForward message;
    std::uint64_t bytes = 0;
    while (next < due.transactions.size() && message.transactions.size() < forward_transactions) {
      bytes += due.transactions[next]->size;
      if (bytes > forward_bytes && !message.transactions.empty()) break;
      message.transactions.push_back(due.transactions[next++]);
    }
    const PeerMessagePtr shared = share(std::move(message));
    for (const CityIndex target : targets) out.push_back(SendToPeer{target, shared});
  }
}

// Where there is a leader to send to, to it. In other trees everybody sends its own to its neighbours and passes on to
// some of them. Else: a follower sends to one validator, another one after each time-out; a validator of a rotating
// family to all others.
std::vector<CityIndex> ChainPeer::forward_targets(bool own) {
  if (to_leader_only()) {
    if (leads() || !leader_) return {};
    return {city_of(*leader_)};
  }
  if (tree_) return own || neighbours_.size() <= passed_on_to ? neighbours_ : some_neighbours();
  if (!self_validator_) return {city_to_ask({forward_turn_ % static_cast<std::uint32_t>(spec_.validators.size())})};
  std::vector<CityIndex> others = spec_.validators;
  std::erase(others, self_);
  return others;
}

// The next ones in turn.
std::vector<CityIndex> ChainPeer::some_neighbours() {
  std::vector<CityIndex> some;
  for (std::size_t i = 0; i < passed_on_to; ++i) some.push_back(neighbours_[forward_turn_++ % neighbours_.size()]);
  return some;
}

void ChainPeer::flush_erasures(Outputs& out) {
  for (const Digest& id : erasures_) out.push_back(Persist{AcceptedErase{id}});
  erasures_.clear();
}

std::optional<ValidatorIndex> ChainPeer::validator_of(CityIndex city) const {
  const auto peer = peer_of(city);
  return peer && peer->value < spec_.validators.size() ? peer : std::nullopt;
}

std::optional<ValidatorIndex> ChainPeer::peer_of(CityIndex city) const {
  // The validators of a public network have numbers one behind the other: then this is a single look.
  const std::size_t guess = city.value - spec_.validators.front().value;
  if (spec_.voters.empty() && guess < spec_.validators.size() && spec_.validators[guess] == city) {
    return ValidatorIndex{static_cast<std::uint32_t>(guess)};
  }
  // Of a large chain nearly all other messages come from the few neighbours.
  for (std::size_t i = 0; i < neighbour_peers_.size(); ++i) {
    if (neighbours_[i] == city) return neighbour_peers_[i];
  }
  const auto found = std::lower_bound(members_.begin(), members_.end(), std::pair{city, ValidatorIndex{}});
  if (found == members_.end() || found->first != city) return std::nullopt;
  return found->second;
}

CityIndex ChainPeer::city_of(ValidatorIndex peer) const {
  const auto validators = static_cast<std::uint32_t>(spec_.validators.size());
  return peer.value < validators ? spec_.validators[peer.value] : spec_.followers.at(peer.value - validators);
}

// Not of a tree; `block` is the tip.
BlockSealed ChainPeer::tip_of(const Block& block) const {
  BlockSealed sealed = tip();
  sealed.proposal = proposal_of(block, block.header.parent);
  return sealed;
}

BlockSealed ChainPeer::tip() const {
  BlockSealed sealed{ledger_.height(), ledger_.tip(), ledger_.time(), ledger_.proposer()};
  if (!tree_) sealed.seal = ledger_.final_header().seal;
  if (tree_) sealed.proposal = open_blocks_.empty() ? final_proposal_ : open_blocks_.back().proposal;
  return sealed;
}

}  // namespace bsn
