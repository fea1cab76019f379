#include "node/bityuan_engine.h"

#include <algorithm>

#include "core/byte_fields.h"
#include "node/bityuan_lottery.h"
#include "node/signed_seal.h"
#include "node/tree_engine.h"

namespace bsn {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::uint64_t second_of(Instant time) { return static_cast<std::uint64_t>(time.ns / second_ns); }

std::uint64_t weight_of(const Proposal& proposal, const BlockTree::Node&) {
  const auto seal = BityuanSeal::read(seal_body(proposal));
  return seal ? bityuan_weight(seal->target) : 1;
}

class BityuanEngine : public TreeEngine {
 public:
  BityuanEngine(const EngineConfig& config, const DurableState& durable, Instant now)
      : TreeEngine(config, durable, weight_of),
        parameters_(std::get<BityuanParameters>(std::get<SlotParameters>(config.parameters).policy)) {
    if (durable.tree_vote) made_ = ByteReader(durable.tree_vote->bytes).u64();
    plan(now);
  }

  std::uint32_t fault_bound() const override { return (config().validators - 1) / 2; }

 protected:
  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  bool better(const Node& a, const Node& b) const override;
  Height final_height() override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  void on_best_chain(Instant now, Outputs&) override { plan(now); }
  void on_timer(Instant now, Outputs& out) override;
  std::optional<Instant> timer() const override { return due_; }

 private:
  static constexpr std::uint64_t seconds_ahead = 600;
  static constexpr Duration clock_allowance = milliseconds(500);

  BityuanSeal seal_upon(const Node& parent) const;
  std::uint64_t ticket_of(const Proposal& proposal) const;
  bool wins(ValidatorIndex owner, std::uint64_t second, const BityuanSeal& seal) const {
    return bityuan_wins(bityuan_ticket(config().chain_seed, seal.modifier, owner, second), seal.target, stake(owner));
  }
  bool is_after_tip(std::uint64_t second) const {
    return !tree().tip().proposal || second > second_of(tree().tip().proposal->time);
  }
  void plan(Instant now);

  BityuanParameters parameters_;
  std::uint64_t made_ = 0;      // the second of the last own block; 0: none
  BityuanSeal planned_;         // what the search below was made for
  std::uint64_t searched_ = 0;  // no second before this one wins
  std::optional<Instant> due_;  // the start of the next second that wins, or where to search on
};

BityuanSeal BityuanEngine::seal_upon(const Node& parent) const {
  if (!parent.proposal) return first_bityuan_seal(parameters_, total_stake());
  const BityuanSeal seal = *BityuanSeal::read(seal_body(*parent.proposal));
  return next_bityuan_seal(parameters_, seal, parent.height, parent.proposal->time, parent.digest);
}

TreeEngine::Verdict BityuanEngine::check(Instant now, const Proposal& proposal, const Node& parent) {
  const auto seal = BityuanSeal::read(seal_body(proposal));
  if (!seal || *seal != seal_upon(parent)) return Verdict::invalid();
  const std::uint64_t second = second_of(proposal.time);
  if (parent.proposal && second <= second_of(parent.proposal->time)) return Verdict::invalid();
  if (!wins(proposal.proposer, second, *seal)) return Verdict::invalid();
  if (!is_sealed_by_proposer(config().chain_seed, proposal)) return Verdict::invalid();
  if (proposal.time > now + clock_allowance) return Verdict::early(proposal.time - clock_allowance);
  return Verdict::valid();
}

std::uint64_t BityuanEngine::ticket_of(const Proposal& proposal) const {
  const BityuanSeal seal = *BityuanSeal::read(seal_body(proposal));
  return bityuan_ticket(config().chain_seed, seal.modifier, proposal.proposer, second_of(proposal.time));
}

bool BityuanEngine::better(const Node& a, const Node& b) const {
  if (a.total != b.total) return a.total > b.total;
  if (a.parent != b.parent || a.height != b.height || !a.proposal || !b.proposal) return false;
  return ticket_of(*a.proposal) < ticket_of(*b.proposal);
}

Height BityuanEngine::final_height() {
  const Height tip = tree().tip().height;
  return tip > parameters_.confirmations ? tip - parameters_.confirmations : 0;
}

std::string BityuanEngine::seal(Instant time, const std::vector<TransactionPtr>& offered) {
  const Node& tip = tree().tip();
  return signed_seal(config().chain_seed, {tip.height + 1, tip.digest, time, *config().self, offered},
                     seal_upon(tip).bytes());
}

// The lottery is the same on every branch of a window, so what was searched stays so.
void BityuanEngine::plan(Instant now) {
  if (!config().self) return;
  const BityuanSeal seal = seal_upon(tree().tip());
  std::uint64_t from = std::max({second_of(now), made_ + 1, std::uint64_t{1}});
  if (seal == planned_) from = std::max(from, searched_);
  planned_ = seal;
  searched_ = from;
  while (searched_ < from + seconds_ahead && !wins(*config().self, searched_, seal)) ++searched_;
  due_ = Instant{static_cast<std::int64_t>(searched_) * second_ns};
}

// Stored before it is made: no second block for this second, whatever happens.
void BityuanEngine::on_timer(Instant now, Outputs& out) {
  const std::uint64_t second = second_of(now);
  const bool makes =
      second == searched_ && second > made_ && is_after_tip(second) && wins(*config().self, second, planned_);
  ++searched_;
  plan(now);
  if (!makes) return;
  made_ = second;
  out.push_back(PersistConsensus{TreeVoteState{ByteWriter().u64(made_).bytes()}});
  produce(now, out);
}

}  // namespace

std::unique_ptr<ConsensusEngine> make_bityuan_engine(const EngineConfig& config, const DurableState& durable,
                                                     Instant now) {
  return std::make_unique<BityuanEngine>(config, durable, now);
}

}  // namespace bsn
