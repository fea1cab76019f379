#include "node/pow_engine.h"

#include <algorithm>

#include "node/pow_ancestry.h"
#include "node/pow_uncles.h"
#include "node/pow_window.h"

namespace bsn {
namespace {

// What was stored or fetched was checked by whoever finalised it; a seal that is none weighs nothing.
std::uint64_t weight_of(const Proposal& proposal, const BlockTree::Node&) {
  const auto state = decode_pow_state(proposal.seal);
  return state ? std::min(state->difficulty, most_difficulty) : 0;
}

}  // namespace

PowEngine::PowEngine(const EngineConfig& config, const DurableState& durable, Instant now)
    : TreeEngine(config, durable, weight_of), parameters_(std::get<PowParameters>(config.parameters)) {
  draw(now);
}

// ---- blocks of others ----

PowEngine::Verdict PowEngine::check(Instant now, const Proposal& proposal, const Node& parent) {
  if (!within_limits(proposal) || !is_sealed_right(proposal, parent)) return Verdict::invalid();
  if (proposal.time > now + allowed_future) return Verdict::early(proposal.time - allowed_future);
  return Verdict::valid();
}

bool PowEngine::within_limits(const Proposal& proposal) const {
  std::uint64_t bytes = 0;
  for (const TransactionPtr& transaction : proposal.transactions) bytes += transaction->size;
  return proposal.transactions.size() <= config().block.max_transactions && bytes <= config().block.max_bytes;
}

bool PowEngine::is_sealed_right(const Proposal& proposal, const Node& parent) const {
  const auto seal = decode_pow_seal(proposal.seal);
  const auto above = parent_of(parent);
  if (!seal || !above || (!two_steps() && !seal->proposals.empty())) return false;
  const auto uncles = static_cast<std::uint32_t>(seal->uncles.size());
  if (seal->state != next_state(parameters_, *above, proposal.time, uncles)) return false;
  if (seal->work != modelled_work(config().chain_seed, header_of(proposal, *seal))) return false;
  const bool commits = two_steps() && !proposal.transactions.empty();
  if (seal->uncles.empty() && !commits) return true;
  const PowAncestry ancestry(tree(), parent, generations());
  if (!PowUncles(parameters_, config().chain_seed, ancestry).allows(seal->state, seal->uncles)) return false;
  if (!commits) return true;
  const PowWindow window(parameters_, ancestry);
  return std::all_of(proposal.transactions.begin(), proposal.transactions.end(),
                     [&](const TransactionPtr& one) { return window.may_commit(one->id); });
}

std::size_t PowEngine::generations() const {
  const std::size_t uncles = PowUncles::generations(parameters_);
  return two_steps() ? std::max(uncles, PowWindow::generations(parameters_)) : uncles;
}

std::optional<PowParent> PowEngine::parent_of(const Node& node) const {
  if (!node.proposal) return PowParent{};
  const auto state = decode_pow_state(node.proposal->seal);
  if (!state) return std::nullopt;
  return PowParent{node.height, node.proposal->time, *state};
}

// ---- the best chain ----

Height PowEngine::final_height() {
  const Height tip = tree().tip().height;
  return tip > parameters_.confirmations ? tip - parameters_.confirmations : 0;
}

void PowEngine::on_best_chain(Instant now, Outputs&) { draw(now); }

// ---- own blocks ----

void PowEngine::draw(Instant now) {
  if (!config().self) return;
  const PowParent above = parent_of(tree().tip()).value_or(PowParent{});
  const PowState next = next_state(parameters_, above, std::max(now, above.time), 0);
  const Duration mean = mean_mining_time(parameters_, next.difficulty, stake(*config().self), total_stake());
  due_ = now + nanoseconds(1) + random().exponential(mean);
}

void PowEngine::on_timer(Instant now, Outputs& out) {
  draw(now);  // it goes on should this block find no room
  produce(now, out);
}

void PowEngine::spread_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out) {
  if (parameters_.relay == PowParameters::Relay::offers) return offer_block(proposal, from, out);
  TreeEngine::spread_block(proposal, from, out);
}

// With two steps, enough to fill this block, those that are on their way, and the one that this block proposes.
std::uint32_t PowEngine::blocks_wanted() const { return two_steps() ? PowWindow::close(parameters_) + 1 : 1; }

std::vector<TransactionPtr> PowEngine::choose(std::vector<TransactionPtr> offered) {
  chosen_ = std::move(offered);
  if (!two_steps()) return chosen_;
  const PowWindow window(parameters_, PowAncestry(tree(), tree().tip(), generations()));
  std::uint64_t transactions = 0, bytes = 0;
  std::erase_if(chosen_, [&](const TransactionPtr& one) {
    const bool fits = transactions < config().block.max_transactions && bytes + one->size <= config().block.max_bytes;
    if (!fits || !window.may_commit(one->id)) return true;
    ++transactions;
    bytes += one->size;
    return false;
  });
  return chosen_;
}

std::string PowEngine::seal(Instant time, const std::vector<TransactionPtr>& offered) {
  const Node& tip = tree().tip();
  const PowAncestry ancestry(tree(), tip, generations());
  PowSeal seal;
  seal.uncles = PowUncles(parameters_, config().chain_seed, ancestry).find(tip);
  const PowParent above = parent_of(tip).value_or(PowParent{});
  seal.state = next_state(parameters_, above, time, static_cast<std::uint32_t>(seal.uncles.size()));
  if (two_steps()) seal.proposals = to_propose(ancestry, offered);
  const Proposal block{tip.height + 1, tip.digest, time, *config().self, std::move(chosen_)};
  chosen_.clear();
  seal.work = modelled_work(config().chain_seed, header_of(block, seal));
  return encode(seal);
}

// What was offered, is not in this block, and can't come into a later one yet.
std::vector<ProposalId> PowEngine::to_propose(const PowAncestry& ancestry,
                                              const std::vector<TransactionPtr>& offered) const {
  const PowWindow window(parameters_, ancestry);
  std::vector<ProposalId> proposals;
  for (const TransactionPtr& one : offered) {
    if (proposals.size() == PowSeal::proposals_max) break;
    if (!window.may_commit(one->id) && !window.is_on_its_way(one->id)) proposals.push_back(proposal_id(one->id));
  }
  return proposals;
}

}  // namespace bsn
