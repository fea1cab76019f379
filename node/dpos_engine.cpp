#include "node/dpos_engine.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/check.h"
#include "node/quorum.h"

namespace bsn {

using Finality = DposParameters::Finality;

DposEngine::DposEngine(const EngineConfig& config, const DurableState& durable, Instant now)
    : DposEngine(config, durable, now,
                 std::make_shared<DposChain>(std::get<DposParameters>(config.parameters), config.validators)) {}

DposEngine::DposEngine(const EngineConfig& config, const DurableState& durable, Instant now,
                       const std::shared_ptr<DposChain>& chain)
    : TreeEngine(config, durable,
                 [chain](const Proposal& proposal, const Node& parent) {
                   chain->add(proposal, parent);
                   return std::uint64_t{1};
                 }),
      chain_(chain),
      votes_(chain->schedule().producers()) {
  remember(durable);
  if (produces()) due_ = chain_->schedule().next_of(*config.self, std::max(now, memory_.made));
}

bool DposEngine::produces() const { return config().self && chain_->schedule().is_producer(*config().self); }

// The own blocks that are stored tell too what was made and confirmed, and the last one what it is locked on: it may
// have crashed before it wrote that down.
void DposEngine::remember(const DurableState& durable) {
  if (!produces()) return;
  if (durable.tree_vote) {
    const auto memory = decode_dpos_memory(durable.tree_vote->bytes);
    BSN_CHECK(memory.has_value(), "the disk holds what the engine wrote");
    memory_ = *memory;
  }
  for (const BlockPtr& block : durable.blocks) {
    if (block->header.proposer != *config().self) continue;
    memory_.confirmed = std::max(memory_.confirmed, block->header.height);
    memory_.made = std::max(memory_.made, block->header.time);
  }
  if (!is(Finality::last_irreversible)) return;
  const Node* last = &tree().tip();
  while (last->parent != nullptr && last->proposal->proposer != *config().self) last = last->parent;
  if (last->parent != nullptr) lock_on_proposed(*last);
}

std::uint32_t DposEngine::fault_bound() const {
  return is(Finality::confirmations) ? 0 : byzantine_fault_bound(chain_->schedule().producers());
}

// ---- blocks of others ----

DposEngine::Verdict DposEngine::check(Instant now, const Proposal& proposal, const Node& parent) {
  const auto slot = chain_->schedule().at(proposal.time);
  if (!slot || slot->producer != proposal.proposer || slot->number <= state(parent).slot) return Verdict::invalid();
  if (!within_limits(proposal) || !is_sealed_right(proposal, parent)) return Verdict::invalid();
  if (proposal.time > now + allowed_future) return Verdict::early(proposal.time - allowed_future);
  return Verdict::valid();
}

bool DposEngine::within_limits(const Proposal& proposal) const {
  std::uint64_t bytes = 0;
  for (const TransactionPtr& transaction : proposal.transactions) bytes += transaction->size;
  return proposal.transactions.size() <= config().block.max_transactions && bytes <= config().block.max_bytes;
}

bool DposEngine::is_sealed_right(const Proposal& proposal, const Node& parent) const {
  const auto seal = decode_dpos_seal(proposal.seal, chain_->schedule().producers());
  if (!seal || seal->signature != dpos_block_signature(config().chain_seed, proposal, *seal)) return false;
  if (seal->certificate) {
    return is(Finality::chained_bft) && seal->claim == DposClaim{} && is_certificate_right(*seal->certificate, parent);
  }
  if (!is(Finality::last_irreversible)) return seal->claim == DposClaim{};
  return state(parent).confirmations.may_confirm(proposal.proposer, proposal.height, seal->claim);
}

// It must be for a block of this branch; below the root, which is final, that can't be looked up any more.
bool DposEngine::is_certificate_right(const DposCertificate& certificate, const Node& parent) const {
  if (certificate.slot <= state(parent).certified.slot || certificate.height > parent.height) return false;
  const Node* block = tree().ancestor(parent, certificate.height);
  if (block != nullptr && (block->digest != certificate.block || state(*block).slot != certificate.slot)) return false;
  return is_proved(config().chain_seed, certificate);
}

// ---- which branch ----

bool DposEngine::better(const Node& a, const Node& b) const {
  switch (chain_->parameters().finality) {
    case Finality::last_irreversible: {
      const DposConfirmations &of_a = state(a).confirmations, &of_b = state(b).confirmations;
      return std::tuple(of_a.proposed(), of_a.irreversible(), a.height) >
             std::tuple(of_b.proposed(), of_b.irreversible(), b.height);
    }
    case Finality::chained_bft:
      return std::pair(certified_slot(a), a.height) > std::pair(certified_slot(b), b.height);
    case Finality::confirmations:
      break;
  }
  return a.height > b.height;
}

// Of the latest certificate for a block of this branch that is known: in a block, or gathered here.
std::uint64_t DposEngine::certified_slot(const Node& node) const {
  const std::uint64_t carried = state(node).certified.slot;
  const DposCertificate& own = best_certificate_;
  return own.slot > carried && descends_from(node, own.height, own.block) ? own.slot : carried;
}

bool DposEngine::descends_from(const Node& node, Height height, const Digest& block) const {
  const Node* at = tree().ancestor(node, height);
  return at != nullptr && at->digest == block;
}

Height DposEngine::final_height() {
  const Node& tip = tree().tip();
  if (!is(Finality::confirmations)) return std::min(state(tip).final, tip.height);
  const Height deep = chain_->parameters().confirmations;
  return tip.height > deep ? tip.height - deep : 0;
}

// An own block that was forgotten with a lost disk is as good as an own new one.
void DposEngine::on_block(Instant, const Node& node, Outputs& out) {
  if (!produces() || node.proposal->proposer != *config().self) return;
  const DposMemory before = memory_;
  memory_.confirmed = std::max(memory_.confirmed, node.height);
  memory_.made = std::max(memory_.made, node.proposal->time);
  if (is(Finality::last_irreversible)) remember_own(node);
  if (memory_ != before) persist(out);
}

void DposEngine::on_best_chain(Instant now, Outputs& out) {
  const Node& tip = tree().tip();
  const std::uint64_t turn = chain_->schedule().turn(state(tip).slot);
  if (turn_ != turn) out.push_back(LeaderIs{tip.proposal->proposer, turn});
  turn_ = turn;
  if (!produces()) return;
  if (is(Finality::chained_bft)) vote(now, out);
  if (is(Finality::last_irreversible) && lock_on_proposed(tip)) persist(out);
}

// ---- own blocks ----

std::optional<Instant> DposEngine::timer() const {
  if (!due_) return std::nullopt;
  const DposParameters& parameters = chain_->parameters();
  return due_->time - (due_->ends_turn ? std::min(parameters.last_block_early, parameters.slot) : Duration{});
}

// A slot that has passed stays empty.
void DposEngine::on_timer(Instant now, Outputs& out) {
  const bool in_time = now < due_->time + chain_->parameters().slot;
  const bool is_next = state(tree().tip()).slot < due_->number && memory_.made < due_->time;
  if (in_time && is_next) produce(now, out);
  // BatchOffered comes before any other input, and block_time() is asked then: due_ moves on in seal().
  if (!(in_time && is_next)) due_ = chain_->schedule().next_of(*config().self, std::max(now, due_->time));
}

std::vector<TransactionPtr> DposEngine::choose(std::vector<TransactionPtr> offered) {
  chosen_ = std::move(offered);
  return chosen_;
}

std::string DposEngine::seal(Instant time, const std::vector<TransactionPtr>&) {
  const Node& tip = tree().tip();
  DposSeal seal;
  if (is(Finality::last_irreversible)) seal.claim = claim_on(tip);
  const DposCertificate& best = best_certificate_;
  if (is(Finality::chained_bft) && best.slot > state(tip).certified.slot &&
      descends_from(tip, best.height, best.block)) {
    seal.certificate = best;
  }
  const Proposal block{tip.height + 1, tip.digest, time, *config().self, std::exchange(chosen_, {})};
  seal.signature = dpos_block_signature(config().chain_seed, block, seal);
  due_ = chain_->schedule().next_of(*config().self, time);
  return encode(seal);
}

// Confirms all heights up to the new block's that this producer has not confirmed on any branch, but those that are
// final.
DposClaim DposEngine::claim_on(const Node& tip) const {
  const Height height = tip.height + 1;
  const Height known = std::max({memory_.confirmed, state(tip).final, tree().root().height});
  DposClaim claim;
  if (height <= known || !lock_allows(tip)) return claim;
  claim.confirms = static_cast<std::uint32_t>(height - known);
  for (const DposMemory::Own& own : memory_.own) {
    if (own.height <= tree().root().height || descends_from(tip, own.height, own.block)) continue;
    const Height agreed = agreement(own, tip);
    claim.agreed = claim.since == 0 ? agreed : std::min(claim.agreed, agreed);
    claim.since = std::max(claim.since, own.height + 1);
  }
  return claim;
}

// Up to which height the branch of an own block and that of `tip` are one; 0: the own block is not known any more.
Height DposEngine::agreement(const DposMemory::Own& own, const Node& tip) const {
  const Node* mine = tree().find(own.block);
  if (mine == nullptr) return 0;
  const Height low = std::min(mine->height, tip.height);
  const Node *a = tree().ancestor(*mine, low), *b = tree().ancestor(tip, low);
  while (a != b) {
    a = a->parent;
    b = b->parent;
  }
  return a->height;
}

// Of the branches that are still open the last own block each. When there are too many, two lose theirs: what is not
// known agrees with nothing.
void DposEngine::remember_own(const Node& node) {
  std::erase_if(memory_.own, [&](const DposMemory::Own& own) {
    return own.height <= tree().root().height || descends_from(node, own.height, own.block);
  });
  memory_.own.push_back({node.height, node.digest});
  if (memory_.own.size() <= DposMemory::own_max) return;
  const Height higher = std::max(memory_.own[0].height, memory_.own[1].height);
  memory_.own.erase(memory_.own.begin());
  memory_.own.front() = {higher, Digest{}};
}

// A lock at or below the final height has done its work: everything descends from the final block.
bool DposEngine::lock_allows(const Node& tip) const {
  return memory_.lock_height <= tree().root().height || state(tip).confirmations.proposed() > memory_.lock_height ||
         descends_from(tip, memory_.lock_height, memory_.lock);
}

// An own block that is stored, and not yet sent. Not before it is stored: nobody gets free from a lock on what is lost.
bool DposEngine::lock_on_proposed(const Node& node) {
  const Height proposed = state(node).confirmations.proposed();
  if (node.proposal->proposer != *config().self || proposed <= memory_.lock_height) return false;
  const Node* block = tree().ancestor(node, proposed);
  if (block == nullptr) return false;  // below the root: final
  memory_.lock_height = proposed;
  memory_.lock = block->digest;
  return true;
}

void DposEngine::persist(Outputs& out) const { out.push_back(PersistConsensus{TreeVoteState{encode(memory_)}}); }

}  // namespace bsn
