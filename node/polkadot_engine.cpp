#include "node/polkadot_engine.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/byte_fields.h"
#include "node/slot_engine.h"

namespace bsn {
namespace {

constexpr std::uint64_t primary_weight = std::uint64_t{1} << 32;  // more than any chain is long

std::uint64_t weigh(const Proposal& proposal, const BlockTree::Node&) {
  const auto seal = read_babe_seal(proposal.seal);
  return seal && seal->primary ? primary_weight + 1 : 1;
}

const PolkadotParameters& polkadot(const EngineConfig& config) {
  return std::get<PolkadotParameters>(std::get<SlotParameters>(config.parameters).policy);
}

}  // namespace

std::unique_ptr<ConsensusEngine> make_polkadot_engine(const EngineConfig& config, const DurableState& durable,
                                                      Instant now) {
  return std::make_unique<PolkadotEngine>(config, durable, now);
}

// ---- seal and lottery ----

std::string babe_seal(const BabeSeal& seal) { return ByteWriter().u64(seal.slot).u8(seal.primary ? 1 : 0).bytes(); }

std::optional<BabeSeal> read_babe_seal(std::string_view bytes) {
  ByteReader reader(bytes);
  BabeSeal seal;
  seal.slot = reader.u64();
  const std::uint8_t primary = reader.u8();
  if (!reader.complete() || primary > 1 || seal.slot >> 62 != 0) return std::nullopt;
  seal.primary = primary == 1;
  return seal;
}

BabeLottery::BabeLottery(std::uint64_t chain_seed, const std::vector<std::uint64_t>& stake, double primary_probability)
    : chain_seed_(chain_seed) {
  const auto total = static_cast<double>(std::accumulate(stake.begin(), stake.end(), std::uint64_t{0}));
  for (const std::uint64_t one : stake) {
    threshold_.push_back(1 - std::pow(1 - primary_probability, static_cast<double>(one) / total));
  }
}

bool BabeLottery::is_primary(std::uint64_t slot, ValidatorIndex validator) const {
  const std::uint64_t place = slot * threshold_.size() + validator.value;
  return shared_stream(chain_seed_, "babe primary", place).unit() < threshold_[validator.value];
}

ValidatorIndex BabeLottery::secondary(std::uint64_t slot) const {
  Random random = shared_stream(chain_seed_, "babe secondary", slot);
  return ValidatorIndex{static_cast<std::uint32_t>(random.below(threshold_.size()))};
}

// ---- the engine ----

PolkadotEngine::PolkadotEngine(const EngineConfig& config, const DurableState& durable, Instant now)
    : TreeEngine(config, durable, weigh),
      parameters_(polkadot(config)),
      lottery_(config.chain_seed, config.stake, parameters_.primary_probability) {
  ByteReader state(durable.tree_vote ? std::string_view(durable.tree_vote->bytes) : std::string_view());
  used_slot_ = state.u64();
  next_slot_ = slot_at(now) + 1;
  grandpa_.emplace(Grandpa::Setup{config.chain_seed, config.self, config.stake, parameters_.grandpa_gossip}, tree(),
                   state.text(), now);
}

Duration PolkadotEngine::tolerance() const { return std::min(clock_tolerance, parameters_.slot / 4); }

TreeEngine::Verdict PolkadotEngine::check(Instant now, const Proposal& proposal, const Node& parent) {
  const auto seal = read_babe_seal(proposal.seal);
  if (!seal || seal->slot > slot_at(Instant::max())) return Verdict::invalid();
  if (parent.proposal) {
    const auto before = read_babe_seal(parent.proposal->seal);
    if (!before || seal->slot <= before->slot) return Verdict::invalid();
  }
  if (proposal.time < start_of(seal->slot)) return Verdict::invalid();
  const bool may = seal->primary ? lottery_.is_primary(seal->slot, proposal.proposer)
                                 : lottery_.secondary(seal->slot) == proposal.proposer;
  if (!may) return Verdict::invalid();
  return proposal.time > now + tolerance() ? Verdict::early(proposal.time - tolerance()) : Verdict::valid();
}

// What is final by the votes heard comes first; both may be below it as long as its block has no branch here.
bool PolkadotEngine::better(const Node& a, const Node& b) const {
  if (const Node* final = grandpa_->final_block()) {
    const bool a_has = tree().ancestor(a, final->height) == final;
    const bool b_has = tree().ancestor(b, final->height) == final;
    if (a_has != b_has) return a_has;
  }
  return a.total > b.total;
}

Height PolkadotEngine::final_height() {
  const Node* final = grandpa_->final_block();
  return final != nullptr && tree().is_on_best_chain(*final) ? final->height : 0;
}

std::string PolkadotEngine::seal(Instant, const std::vector<TransactionPtr>&) { return babe_seal(claim_); }

void PolkadotEngine::on_best_chain(Instant now, Outputs& out) {
  Grandpa::Wishes wishes;
  grandpa_->advance(now, wishes);
  carry_out(wishes, out);
}

void PolkadotEngine::on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) {
  Grandpa::Wishes wishes;
  grandpa_->hear(now, from, vote, wishes);
  carry_out(wishes, out);
  ask_for_block(now, from, vote, out);
  if (grandpa_->final_block() != nullptr) follow_best(now, out);
}

// A vote for a block that is not here: its sender may have it.
void PolkadotEngine::ask_for_block(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) {
  if (vote.block.is_zero() || vote.height <= tree().root().height || tree().find(vote.block) != nullptr) return;
  if (asked_.second == vote.block && now < asked_.first + ask_again) return;
  asked_ = {now, vote.block};
  out.push_back(SendConsensus{from, TreeRequest{{vote.block}, tree().root().height}});
}

void PolkadotEngine::on_timer(Instant now, Outputs& out) {
  Grandpa::Wishes wishes;
  grandpa_->advance(now, wishes);
  carry_out(wishes, out);
  if (grandpa_->final_block() != nullptr) follow_best(now, out);
  if (config().self && now >= start_of(next_slot_)) take_slot(now, out);
}

std::optional<Instant> PolkadotEngine::timer() const {
  const auto slot = config().self ? std::optional(start_of(next_slot_)) : std::nullopt;
  return earlier(slot, grandpa_->due());
}

void PolkadotEngine::take_slot(Instant now, Outputs& out) {
  const std::uint64_t slot = slot_at(now);
  next_slot_ = slot + 1;
  if (slot <= used_slot_) return;
  const Node& tip = tree().tip();
  if (tip.proposal && read_babe_seal(tip.proposal->seal)->slot >= slot) return;
  const bool primary = lottery_.is_primary(slot, *config().self);
  if (!primary && lottery_.secondary(slot) != *config().self) return;
  claim_ = {slot, primary};
  used_slot_ = slot;
  persist(out);
  produce(now, out);
}

void PolkadotEngine::carry_out(Grandpa::Wishes& wishes, Outputs& out) {
  if (wishes.persist) persist(out);
  for (auto& [except, vote] : wishes.all_but) {
    const SharedConsensus message(std::move(vote));
    for (const ValidatorIndex peer : config().peers) {
      if (peer != except) out.push_back(SendConsensus{peer, message});
    }
  }
  for (auto& [to, vote] : wishes.to) out.push_back(SendConsensus{to, std::move(vote)});
}

void PolkadotEngine::persist(Outputs& out) const {
  const std::string votes = grandpa_->state();
  out.push_back(PersistConsensus{TreeVoteState{ByteWriter().u64(used_slot_).text(votes).bytes()}});
}

}  // namespace bsn
