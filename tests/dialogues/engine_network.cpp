#include "tests/dialogues/engine_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/gossip.h"
#include "tests/dialogues/message_text.h"

namespace bsn {
namespace {

// What deliver() and one instant of advance() may cause at most; more is a loop between engines, hence a violation.
constexpr int max_events_at_once = 100'000;

std::string name(std::optional<ValidatorIndex> v) { return v ? std::to_string(v->value) : "nobody"; }

// "12.345s": exact to the millisecond is what a reader can use.
std::string clock_text(Instant now) { return fmt::format("{:.3f}s", (now - Instant{}).seconds()); }

std::vector<ValidatorIndex> seats_of(const std::vector<std::uint32_t>& numbers) {
  std::vector<ValidatorIndex> seats;
  for (const std::uint32_t number : numbers) seats.push_back({number});
  return seats;
}

bool is_raft(const EngineNetworkOptions& options) { return std::holds_alternative<RaftParameters>(options.parameters); }

}  // namespace

EngineNetwork::EngineNetwork(const EngineNetworkOptions& options)
    : options_(options), random_(Random(options.seed).fork("links")) {
  const std::uint32_t founders = options.founders == 0 ? options.validators : options.founders;
  for (std::uint32_t v = 0; v < founders; ++v) voters_.push_back({v});
  peers_.resize(options.validators + options.observers);
  for (std::uint32_t v = 0; v < peers(); ++v) restart(v);
}

// ---- what happens ----

void EngineNetwork::offer(std::uint32_t validator, std::uint32_t count, std::uint32_t argument_bytes) {
  std::vector<TransactionPtr> fresh;
  for (std::uint32_t i = 0; i < count; ++i) {
    Transaction parts;
    parts.project = "test";
    parts.contract = "kv";
    parts.function = "put";
    parts.args = {std::string(argument_bytes, 'x')};
    parts.idempotency_key = std::to_string(offered_.size());
    fresh.push_back(make_transaction(ChainName{"test", "main"}, std::move(parts)));
    offered_.push_back(fresh.back()->id);
  }
  Peer& peer = peers_[validator];
  for (const auto& transaction : fresh) {
    peer.known.insert(transaction->id);
    peer.mempool.push_back(transaction);
  }
  if (!peer.engine) return;
  spread(validator, fresh);
  tell_waiting(validator);
}

void EngineNetwork::advance(Duration span) {
  const Instant until = now_ + span;
  int events = 0;
  while (true) {
    const auto timer = next_timer();
    const bool flight_first = !flights_.empty() && (!timer || flights_.begin()->first.first <= timer->first);
    const Instant next = flight_first ? flights_.begin()->first.first : timer ? timer->first : Instant::max();
    if (next > until) break;
    events = next > now_ ? 0 : events + 1;
    if (events > max_events_at_once) return violation("time does not advance any more");
    now_ = std::max(now_, next);
    ++events_;
    if (flight_first) {
      const Flight flight = flights_.begin()->second;
      flights_.erase(flights_.begin());
      land(flight);
    } else {
      wake(timer->second);
    }
  }
  now_ = until;
}

void EngineNetwork::deliver() {
  for (int i = 0; i < max_events_at_once && !flights_.empty(); ++i) {
    const Flight flight = flights_.begin()->second;
    flights_.erase(flights_.begin());
    land(flight);
  }
  if (!flights_.empty()) violation("messages cause messages without end");
}

void EngineNetwork::isolate(std::uint32_t validator) {
  for (std::uint32_t other = 0; other < peers(); ++other) {
    if (other == validator) continue;
    block(validator, other);
    block(other, validator);
  }
}

void EngineNetwork::partition(const std::vector<std::vector<std::uint32_t>>& groups) {
  const auto together = [&](std::uint32_t a, std::uint32_t b) {
    return std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
      return std::count(group.begin(), group.end(), a) > 0 && std::count(group.begin(), group.end(), b) > 0;
    });
  };
  blocked_.clear();
  for (std::uint32_t a = 0; a < peers(); ++a) {
    for (std::uint32_t b = 0; b < peers(); ++b) {
      if (a != b && !together(a, b)) block(a, b);
    }
  }
}

void EngineNetwork::heal() {
  blocked_.clear();
  loss_ = 0;
  duplication_ = 0;
}

void EngineNetwork::crash(std::uint32_t validator) {
  Peer& peer = peers_[validator];
  if (!peer.engine) return;
  peer.engine.reset();
  peer.outputs.clear();
  peer.outputs_left.reset();
  peer.proposed.clear();
  peer.leader_is = {};
  note(validator, "crashed");
}

void EngineNetwork::crash_after(std::uint32_t validator, std::uint32_t outputs) {
  if (outputs == 0) return crash(validator);
  peers_[validator].outputs_left = outputs;
}

void EngineNetwork::restart(std::uint32_t validator) {
  Peer& peer = peers_[validator];
  if (peer.engine) return;
  peer.engine = options_.make(engine_config(validator), peer.durable, tip(validator), now_);
  ++peer.starts;
  peer.told_waiting = 0;
  if (now_ > Instant{}) note(validator, "restarted at height " + std::to_string(height(validator)));
  tell_waiting(validator);
}

EngineConfig EngineNetwork::engine_config(std::uint32_t v) const {
  EngineConfig config;
  if (v < options_.validators) config.self = ValidatorIndex{v};
  config.validators = options_.validators;
  config.block = options_.block;
  config.parameters = options_.parameters;
  const std::string stream = "validator " + std::to_string(v) + " start " + std::to_string(peers_[v].starts);
  config.random = Random(options_.seed).fork(stream);
  if (options_.founders > 0) config.voters = voters_;
  for (std::uint32_t founder = 0; founder < options_.founders; ++founder) config.founders.push_back({founder});
  if (!tree()) return config;
  config.stake = options_.stake;
  config.stake.edit().resize(options_.validators, 1);
  config.peers = gossip_neighbours(peers(), gossip_degree(options_.parameters), options_.seed, ValidatorIndex{v});
  config.chain_seed = options_.seed;
  return config;
}

void EngineNetwork::set_voters(const std::vector<std::uint32_t>& voters) {
  voters_ = seats_of(voters);
  for (Peer& peer : peers_) {
    if (peer.engine) peer.engine->set_voters(options_.validators, voters_);
  }
}

void EngineNetwork::tell_voters(std::uint32_t validator, const std::vector<std::uint32_t>& voters) {
  if (up(validator)) peers_[validator].engine->set_voters(options_.validators, seats_of(voters));
}

bool EngineNetwork::shall_validate(std::uint32_t v) const {
  return tree() || std::find(voters_.begin(), voters_.end(), ValidatorIndex{v}) != voters_.end();
}

void EngineNetwork::inject(std::uint32_t from, std::uint32_t to, const ConsensusMessage& message) {
  if (up(to)) step(to, MessageArrived{ValidatorIndex{from}, message});
}

void EngineNetwork::step(std::uint32_t validator, const EngineInput& input) {
  Peer& peer = peers_[validator];
  if (!peer.engine) return;
  std::vector<EngineOutput> outputs;
  peer.engine->step(now_, input, outputs);
  peer.outputs.insert(peer.outputs.end(), outputs.begin(), outputs.end());
  drain(validator);
}

void EngineNetwork::wake(std::uint32_t v) {
  Peer& peer = peers_[v];
  std::vector<EngineOutput> outputs;
  peer.engine->advance_to(now_, outputs);
  peer.outputs.insert(peer.outputs.end(), outputs.begin(), outputs.end());
  drain(v);
}

// Outputs happen one after the other; what an answer to one of them causes comes behind those already waiting.
void EngineNetwork::drain(std::uint32_t v) {
  Peer& peer = peers_[v];
  if (peer.draining) return;
  peer.draining = true;
  while (!peer.outputs.empty()) {
    const EngineOutput output = std::move(peer.outputs.front());
    peer.outputs.pop_front();
    std::visit([&](const auto& one) { handle(v, one); }, output);
    if (peer.outputs_left && --*peer.outputs_left == 0) crash(v);
  }
  peer.draining = false;
}

// ---- the chain peers' half ----

void EngineNetwork::handle(std::uint32_t v, const SendConsensus& output) {
  if (const auto wrong = bft_judge_.judge(v, *output.message, peers_[v].durable)) violation(*wrong);
  for (std::uint32_t to = 0; to < (output.to ? peers() : options_.validators); ++to) {
    if (to == v || (output.to && output.to->value != to)) continue;
    std::optional<ConsensusMessage> message = *output.message;
    if (tamper_) message = tamper_(v, to, *output.message);
    if (!message) continue;
    if (show_messages_) note(v, "to " + std::to_string(to) + ": " + describe(*message));
    ++messages_sent_;
    fly(v, to, std::move(*message));
  }
}

void EngineNetwork::handle(std::uint32_t v, const PersistConsensus& output) {
  if (const auto* vote = std::get_if<RaftVoteState>(&output.write)) judge_vote(v, *vote);
  if (show_writes_) note(v, "writes " + describe(output.write));
  apply(output.write, peers_[v].durable);
}

void EngineNetwork::handle(std::uint32_t v, const WantBatch& output) {
  Peer& peer = peers_[v];
  // Of a rotating family at most one own proposal is open; one that did not make it gives its transactions back.
  if (!is_raft(options_)) peer.proposed.clear();
  BatchOffered batch;
  std::uint64_t bytes = 0;
  for (const auto& transaction : peer.mempool) {
    if (batch.transactions.size() == std::uint64_t{output.blocks} * options_.block.max_transactions) break;
    if (peer.proposed.contains(transaction->id)) continue;
    if (bytes + transaction->size > std::uint64_t{output.blocks} * options_.block.max_bytes) break;
    bytes += transaction->size;
    peer.proposed.insert(transaction->id);
    batch.transactions.push_back(transaction);
  }
  step(v, batch);
  tell_waiting(v);
}

void EngineNetwork::handle(std::uint32_t v, const Decide& output) {
  const Proposal& proposal = *output.proposal;
  judge_decision(v, proposal);
  note(v, "decided " + std::to_string(proposal.height) + " (" + std::to_string(proposal.transactions.size()) +
              " transactions from " + std::to_string(proposal.proposer.value) + ")");
  if (proposal.height != height(v) + 1) return;
  auto block = std::make_shared<Block>();
  block->header.height = proposal.height;
  block->header.parent = tip(v).hash;
  block->header.time = std::max(proposal.time, tip(v).time);
  block->header.proposer = proposal.proposer;
  block->header.seal = proposal.seal;
  block->transactions = proposal.transactions;
  block->hash = proposal_digest(proposal);
  seal(v, block);
}

void EngineNetwork::handle(std::uint32_t v, const FetchBlocks& output) {
  note(v, "fetches blocks up to " + std::to_string(output.height) + " from " + std::to_string(output.from.value));
  if (blocked_.contains({v, output.from.value})) return;
  fly(output.from.value, v, BlocksAnswer{}, 2);
}

void EngineNetwork::handle(std::uint32_t v, const LeaderIs& output) {
  Peer& peer = peers_[v];
  peer.leader_is = output;
  note(v, "leader is " + name(output.leader) + " in term " + std::to_string(output.term));
  if (!peer.engine->forwards_to_leader_only()) return;
  if (output.leader == ValidatorIndex{v}) {
    const auto [at, fresh] = leader_of_term_.try_emplace(output.term, v);
    if (!fresh && at->second != v) violation("two leaders in term " + std::to_string(output.term));
  } else {
    peer.proposed.clear();
    spread(v, peer.mempool);
  }
  tell_waiting(v);
}

void EngineNetwork::handle(std::uint32_t v, const Reorganise& output) {
  if (!judge_reorganise(v, output)) return;
  if (const Height undone = height(v) - output.keep; undone > 0) {
    ++peers_[v].reorganisations;
    note(v, "undoes " + std::to_string(undone) + " blocks above " + std::to_string(output.keep));
    undo_to(v, output.keep);
  }
  for (const ProposalPtr& proposal : output.adopt) {
    note(v, "adopts " + std::to_string(proposal->height) + " (" + std::to_string(proposal->transactions.size()) +
                " transactions from " + std::to_string(proposal->proposer.value) + ")");
    auto block = std::make_shared<Block>();
    block->header.height = proposal->height;
    block->header.parent = proposal->parent;
    block->header.time = proposal->time;
    block->header.proposer = proposal->proposer;
    block->header.seal = proposal->seal;
    block->transactions = proposal->transactions;
    block->hash = proposal_digest(*proposal);
    store(v, block);
  }
  step(v, tip(v));
  tell_waiting(v);
}

void EngineNetwork::handle(std::uint32_t v, const Finalise& output) {
  if (output.height <= final_height(v))
    return violation(std::to_string(v) + " finalised " + std::to_string(output.height) + " again");
  if (output.height > height(v)) {
    return violation(std::to_string(v) + " finalised " + std::to_string(output.height) + " above its tip");
  }
  note(v, "final up to " + std::to_string(output.height));
  mark_final(v, output.height);
}

void EngineNetwork::store(std::uint32_t v, const BlockPtr& block) {
  Peer& peer = peers_[v];
  apply(BlockWrite{block}, peer.durable);
  for (const auto& transaction : block->transactions) {
    peer.known.insert(transaction->id);
    peer.sealed.try_emplace(transaction->id, block->header.height);
  }
  std::erase_if(peer.mempool, [&](const auto& one) { return peer.sealed.contains(one->id); });
  if (!is_raft(options_)) peer.proposed.clear();
}

void EngineNetwork::seal(std::uint32_t v, const BlockPtr& block) {
  store(v, block);
  step(v, tip(v));
  tell_waiting(v);
}

// What fell out waits again.
void EngineNetwork::undo_to(std::uint32_t v, Height keep) {
  Peer& peer = peers_[v];
  for (Height h = keep + 1; h <= height(v); ++h) {
    for (const auto& transaction : peer.durable.blocks[h - 1]->transactions) {
      const auto sealed = peer.sealed.find(transaction->id);
      if (sealed == peer.sealed.end() || sealed->second != h) continue;
      peer.sealed.erase(sealed);
      peer.mempool.push_back(transaction);
    }
  }
  apply(BlocksUndone{keep}, peer.durable);
}

// The judge: finalised blocks agree.
void EngineNetwork::mark_final(std::uint32_t v, Height height) {
  for (Height h = final_height(v) + 1; h <= height; ++h) {
    const Digest& hash = peers_[v].durable.blocks[h - 1]->hash;
    const auto [at, fresh] = decided_.try_emplace(h, hash);
    if (!fresh && at->second != hash) violation("two blocks final at height " + std::to_string(h));
  }
  apply(FinalMark{height}, peers_[v].durable);
}

// A fetched block that another finalised.
void EngineNetwork::take_final(std::uint32_t v, const BlockPtr& block) {
  const Height height_now = block->header.height;
  const auto& mine = peers_[v].durable.blocks;
  if (mine.size() < height_now || mine[height_now - 1]->hash != block->hash) {
    undo_to(v, height_now - 1);
    store(v, block);
  }
  mark_final(v, height_now);
  step(v, BlockSealed{height_now, block->hash, block->header.time, block->header.proposer,
                      proposal_of(*block, block->header.parent), true});
  tell_waiting(v);
}

BlockSealed EngineNetwork::tip(std::uint32_t v) const {
  BlockSealed sealed;
  const auto& blocks = peers_[v].durable.blocks;
  if (blocks.empty()) return sealed;
  sealed.height = blocks.back()->header.height;
  sealed.hash = blocks.back()->hash;
  sealed.time = blocks.back()->header.time;
  sealed.proposer = blocks.back()->header.proposer;
  if (!tree()) sealed.seal = blocks.back()->header.seal;
  sealed.proposal = proposal_of(*blocks.back(), blocks.back()->header.parent);
  return sealed;
}

void EngineNetwork::spread(std::uint32_t v, const std::vector<TransactionPtr>& transactions) {
  if (transactions.empty()) return;
  if (!peers_[v].engine->forwards_to_leader_only()) {
    for (std::uint32_t to = 0; to < options_.validators; ++to) {
      if (to != v) fly(v, to, TransactionGossip{transactions});
    }
  } else if (const auto to = leader(v); to && *to != v) {
    fly(v, *to, TransactionGossip{transactions});
  }
}

void EngineNetwork::tell_waiting(std::uint32_t v) {
  Peer& peer = peers_[v];
  WorkWaiting waiting;
  for (const auto& transaction : peer.mempool) {
    if (peer.proposed.contains(transaction->id)) continue;
    ++waiting.transactions;
    waiting.bytes += transaction->size;
  }
  if (waiting.transactions == peer.told_waiting) return;
  peer.told_waiting = waiting.transactions;
  step(v, waiting);
}

// ---- links ----

void EngineNetwork::fly(std::uint32_t from, std::uint32_t to, decltype(Flight::load) load, int trips) {
  if (blocked_.contains({from, to}) || random_.chance(loss_)) return;
  const Duration extra = options_.jitter > Duration{} ? random_.between(Duration{}, options_.jitter) : Duration{};
  const Instant due = now_ + options_.delay * trips + extra;
  if (random_.chance(duplication_)) {
    const Instant later = due + random_.between(Duration{}, options_.delay * 10);
    flights_.emplace(Due{later, sequence_++}, Flight{from, to, load});
  }
  flights_.emplace(Due{due, sequence_++}, Flight{from, to, std::move(load)});
}

void EngineNetwork::land(const Flight& flight) {
  if (!up(flight.to) || blocked_.contains({flight.from, flight.to})) return;
  std::visit([&](const auto& load) { land(flight, load); }, flight.load);
}

void EngineNetwork::land(const Flight& flight, const ConsensusMessage& message) {
  step(flight.to, MessageArrived{ValidatorIndex{flight.from}, message});
}

void EngineNetwork::land(const Flight& flight, const BlocksAnswer&) {
  if (!up(flight.from)) return;
  const auto& theirs = peers_[flight.from].durable.blocks;
  while (tree() && up(flight.to) && final_height(flight.to) < final_height(flight.from)) {
    take_final(flight.to, theirs[final_height(flight.to)]);
  }
  if (tree()) return;
  while (up(flight.to) && height(flight.to) < theirs.size()) {
    seal(flight.to, theirs[height(flight.to)]);
  }
}

void EngineNetwork::land(const Flight& flight, const TransactionGossip& gossip) {
  Peer& peer = peers_[flight.to];
  for (const auto& transaction : gossip.transactions) {
    if (peer.known.insert(transaction->id).second) peer.mempool.push_back(transaction);
  }
  tell_waiting(flight.to);
}

std::optional<std::pair<Instant, std::uint32_t>> EngineNetwork::next_timer() const {
  std::optional<std::pair<Instant, std::uint32_t>> first;
  for (std::uint32_t v = 0; v < peers(); ++v) {
    if (!up(v)) continue;
    const auto wakeup = engine(v).next_wakeup();
    if (wakeup && (!first || *wakeup < first->first)) first = {*wakeup, v};
  }
  return first;
}

// ---- what can be seen, and the judge ----

std::optional<std::uint32_t> EngineNetwork::leader(std::uint32_t validator) const {
  const auto& leader = peers_[validator].leader_is.leader;
  if (!leader) return std::nullopt;
  return leader->value;
}

bool EngineNetwork::everyone_sealed(std::size_t first_offer) const {
  for (std::uint32_t v = 0; v < peers(); ++v) {
    const Peer& peer = peers_[v];
    if (!shall_validate(v)) continue;
    for (std::size_t i = first_offer; i < offered_.size(); ++i) {
      const auto sealed = peer.sealed.find(offered_[i]);
      if (sealed == peer.sealed.end()) return false;
      if (tree() && sealed->second > peer.durable.final_height) return false;
    }
  }
  return true;
}

bool EngineNetwork::makes_progress(Duration within) {
  heal();
  for (std::uint32_t v = 0; v < peers(); ++v) {
    peers_[v].outputs_left.reset();
    restart(v);
  }
  const std::size_t first_offer = offered_.size();
  for (std::uint32_t v = 0; v < options_.validators; ++v) {
    if (shall_validate(v)) offer(v, 1);
  }
  const Duration slice = std::max(within / 200, nanoseconds(1));
  for (Instant end = now_ + within; now_ < end && violations_.empty();) {
    advance(slice);
    if (everyone_sealed(first_offer)) return violations_.empty();
  }
  return false;
}

void EngineNetwork::judge_vote(std::uint32_t v, const RaftVoteState& vote) {
  const auto& before = peers_[v].durable.raft_vote;
  if (before && vote.term < before->term) violation(std::to_string(v) + " went back in terms");
  if (!vote.voted_for) return;
  const auto [at, fresh] = vote_of_.try_emplace({v, vote.term}, vote.voted_for->value);
  if (!fresh && at->second != vote.voted_for->value) {
    violation(std::to_string(v) + " voted twice in term " + std::to_string(vote.term));
  }
}

void EngineNetwork::judge_decision(std::uint32_t v, const Proposal& proposal) {
  const Digest digest = proposal_digest(proposal);
  const auto [at, fresh] = decided_.try_emplace(proposal.height, digest);
  if (!fresh && at->second != digest) {
    violation("two decisions at height " + std::to_string(proposal.height));
  }
  if (proposal.height != height(v) + 1) {
    violation(std::to_string(v) + " decided " + std::to_string(proposal.height) + " at height " +
              std::to_string(height(v)));
  }
}

bool EngineNetwork::judge_reorganise(std::uint32_t v, const Reorganise& output) {
  const auto wrong = [&](const std::string& what) {
    violation(std::to_string(v) + " reorganises from " + std::to_string(output.keep) + ": " + what);
    return false;
  };
  if (output.keep > height(v)) return wrong("keeps more than there is");
  if (output.keep < final_height(v)) return wrong("undoes what was final");
  if (output.adopt.empty()) return wrong("adopts nothing");
  Digest parent = output.keep == 0 ? Digest{} : peers_[v].durable.blocks[output.keep - 1]->hash;
  Height expected = output.keep;
  for (const ProposalPtr& proposal : output.adopt) {
    if (proposal->height != ++expected) return wrong("heights with a gap");
    if (proposal->parent != parent) return wrong("a block does not follow the one before it");
    parent = proposal_digest(*proposal);
  }
  return true;
}

void EngineNetwork::note(std::uint32_t v, const std::string& text) {
  if (listener_) listener_(clock_text(now_) + " " + std::to_string(v) + ": " + text);
}

void EngineNetwork::violation(const std::string& text) {
  violations_.push_back(text);
  if (listener_) listener_(to_string(now_ - Instant{}) + " VIOLATION: " + text);
}

}  // namespace bsn
