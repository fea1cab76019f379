#include "node/tezos_engine.h"

#include <algorithm>
#include <map>

#include "core/byte_fields.h"
#include "node/signed_seal.h"
#include "node/tezos_rights.h"
#include "node/tree_engine.h"

namespace bsn {
namespace {

std::uint64_t one(const Proposal&, const BlockTree::Node&) { return 1; }

// What a validator must not forget: the levels it baked and endorsed last.
struct Signed {
  Height baked = 0;
  Height endorsed = 0;
  Digest block{};  // that was endorsed

  TreeVoteState state() const { return {ByteWriter().u64(baked).u64(endorsed).digest(block).bytes()}; }
  static Signed read(const std::optional<TreeVoteState>& stored) {
    if (!stored) return {};
    ByteReader reader(stored->bytes);
    Signed result;
    result.baked = reader.u64();
    result.endorsed = reader.u64();
    result.block = reader.digest();
    return result;
  }
};

class TezosEngine : public TreeEngine {
 public:
  TezosEngine(const EngineConfig& config, const DurableState& durable)
      : TreeEngine(config, durable, one),
        parameters_(std::get<TezosParameters>(std::get<SlotParameters>(config.parameters).policy)),
        rights_(parameters_, config.chain_seed, config.stake),
        signed_(Signed::read(durable.tree_vote)) {
    if (config.self && signed_.endorsed > 0) endorsements_[signed_.endorsed][*config.self] = signed_.block;
    plan();
  }

  std::uint32_t fault_bound() const override { return (config().validators - 1) / 2; }

 protected:
  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  Height final_height() override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  void on_best_chain(Instant now, Outputs& out) override;
  void on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) override;
  void on_timer(Instant now, Outputs& out) override;
  std::optional<Instant> timer() const override { return due_; }

 private:
  static constexpr Height levels_ahead = 64;
  static constexpr Duration clock_allowance = milliseconds(500);

  TreeVote endorsement_of(const Node& block, ValidatorIndex endorser) const;
  std::vector<bool> heard_endorsements(const Node& block);
  std::uint32_t slots_of(Height level, const std::vector<bool>& endorsed);
  Digest signatures_of(const Node& block, const std::vector<bool>& endorsed);
  void endorse_tip(Outputs& out);
  void plan();

  TezosParameters parameters_;
  TezosRights rights_;
  Signed signed_;
  std::map<Height, std::map<ValidatorIndex, Digest>> endorsements_;  // first heard, per level and endorser
  std::optional<Instant> due_;                                       // when to bake on the tip
};

TreeVote TezosEngine::endorsement_of(const Node& block, ValidatorIndex endorser) const {
  TreeVote vote;
  vote.height = block.height;
  vote.block = block.digest;
  vote.voter = endorser;
  return vote;
}

// By place in the level's endorsers. Nobody endorses genesis.
std::vector<bool> TezosEngine::heard_endorsements(const Node& block) {
  if (block.height == 0) return {};
  const TezosLevel& level = rights_.at(block.height);
  std::vector<bool> heard(level.endorsers.size());
  for (const auto& [endorser, endorsed] : endorsements_[block.height]) {
    const auto place = level.place_of(endorser);
    if (place && endorsed == block.digest) heard[*place] = true;
  }
  return heard;
}

std::uint32_t TezosEngine::slots_of(Height level, const std::vector<bool>& endorsed) {
  if (level == 0) return parameters_.initial_endorsers;
  const TezosLevel& rights = rights_.at(level);
  std::uint32_t slots = 0;
  for (std::size_t i = 0; i < endorsed.size(); ++i) slots += endorsed[i] ? rights.endorsers[i].second : 0;
  return slots;
}

Digest TezosEngine::signatures_of(const Node& block, const std::vector<bool>& endorsed) {
  CanonicalBytes signatures("bsn/tezos-endorsements/v1");
  for (std::size_t i = 0; i < endorsed.size(); ++i) {
    if (!endorsed[i]) continue;
    const ValidatorIndex endorser = rights_.at(block.height).endorsers[i].first;
    signatures.add(tree_vote_signature(config().chain_seed, endorsement_of(block, endorser)));
  }
  return signatures.digest();
}

TreeEngine::Verdict TezosEngine::check(Instant now, const Proposal& proposal, const Node& parent) {
  const std::size_t endorsers = parent.height == 0 ? 0 : rights_.at(parent.height).endorsers.size();
  const auto seal = TezosSeal::read(seal_body(proposal), endorsers);
  if (!seal || seal->priority >= TezosRights::priorities_max) return Verdict::invalid();
  if (rights_.at(proposal.height).bakers[seal->priority] != proposal.proposer) return Verdict::invalid();
  const Instant parent_time = parent.proposal ? parent.proposal->time : Instant{};
  const Duration delay = rights_.delay(seal->priority, slots_of(parent.height, seal->endorsed));
  if (proposal.time < parent_time + delay) return Verdict::invalid();
  if (!is_sealed_by_proposer(config().chain_seed, proposal)) return Verdict::invalid();
  if (seal->signatures != signatures_of(parent, seal->endorsed)) return Verdict::invalid();
  if (proposal.time > now + clock_allowance) return Verdict::early(proposal.time - clock_allowance);
  return Verdict::valid();
}

Height TezosEngine::final_height() {
  const Height tip = tree().tip().height;
  return tip > parameters_.confirmations ? tip - parameters_.confirmations : 0;
}

std::string TezosEngine::seal(Instant time, const std::vector<TransactionPtr>& offered) {
  const Node& tip = tree().tip();
  TezosSeal seal;
  seal.priority = *rights_.at(tip.height + 1).priority_of(*config().self);
  seal.endorsed = heard_endorsements(tip);
  seal.signatures = signatures_of(tip, seal.endorsed);
  return signed_seal(config().chain_seed, {tip.height + 1, tip.digest, time, *config().self, offered}, seal.bytes());
}

// An own block is stored by now and not yet sent.
void TezosEngine::on_best_chain(Instant, Outputs& out) {
  const Node& tip = tree().tip();
  if (config().self) endorse_tip(out);
  endorsements_.erase(endorsements_.begin(), endorsements_.lower_bound(tree().root().height));
  plan();
  out.push_back(LeaderIs{rights_.at(tip.height + 1).bakers.front(), tip.height + 1});
}

void TezosEngine::endorse_tip(Outputs& out) {
  const Node& tip = tree().tip();
  const bool baked = tip.proposal->proposer == *config().self && tip.height > signed_.baked;
  const bool endorses = tip.height > signed_.endorsed && rights_.at(tip.height).place_of(*config().self).has_value();
  if (baked) signed_.baked = tip.height;
  if (endorses) {
    signed_.endorsed = tip.height;
    signed_.block = tip.digest;
  }
  if (baked || endorses) out.push_back(PersistConsensus{signed_.state()});
  if (!endorses) return;
  endorsements_[tip.height][*config().self] = tip.digest;
  spread_vote(sign(endorsement_of(tip, *config().self)), std::nullopt, out);
}

void TezosEngine::on_vote(Instant, ValidatorIndex from, const TreeVote& vote, Outputs& out) {
  const Node& tip = tree().tip();
  if (vote.kind != 0 || vote.round != 0 || !vote.extra.empty()) return;
  if (vote.height <= tree().root().height || vote.height > tip.height + levels_ahead) return;
  if (!rights_.at(vote.height).place_of(vote.voter)) return;
  if (!spread_vote(vote, from, out)) return;
  endorsements_[vote.height].try_emplace(vote.voter, vote.block);
  if (vote.block == tip.digest) plan();
}

// When the own best priority is due with the endorsements heard so far.
void TezosEngine::plan() {
  due_.reset();
  const Node& tip = tree().tip();
  if (!config().self || tip.height + 1 <= signed_.baked) return;
  const auto priority = rights_.at(tip.height + 1).priority_of(*config().self);
  if (!priority) return;
  const Instant time = tip.proposal ? tip.proposal->time : Instant{};
  due_ = time + rights_.delay(*priority, slots_of(tip.height, heard_endorsements(tip)));
}

void TezosEngine::on_timer(Instant now, Outputs& out) {
  due_ = now + parameters_.block_interval;  // again, if nothing comes of it (a full tree)
  produce(now, out);
}

}  // namespace

std::unique_ptr<ConsensusEngine> make_tezos_engine(const EngineConfig& config, const DurableState& durable) {
  return std::make_unique<TezosEngine>(config, durable);
}

}  // namespace bsn
