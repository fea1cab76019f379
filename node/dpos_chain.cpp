#include "node/dpos_chain.h"

#include <algorithm>

#include "core/check.h"
#include "node/dpos_seal.h"

namespace bsn {

using Finality = DposParameters::Finality;

DposChain::DposChain(const DposParameters& parameters, std::uint32_t validators)
    : parameters_(parameters), schedule_(parameters, validators) {
  if (is(Finality::last_irreversible)) genesis_.confirmations = DposConfirmations(schedule_.producers());
}

const DposState& DposChain::at(const Digest& block) const {
  const DposState* state = block.is_zero() ? &genesis_ : states_.find(block);
  BSN_CHECK(state != nullptr, "what a block of the tree means is known");
  return *state;
}

void DposChain::add(const Proposal& proposal, const BlockTree::Node& parent) {
  const Digest digest = proposal_digest(proposal);
  if (states_.contains(digest)) return;
  if (parent.parent == nullptr) forget_below(parent.height);  // the root
  DposState state = at(parent.digest);
  const auto slot = schedule_.at(proposal.time);
  const auto seal = decode_dpos_seal(proposal.seal, schedule_.producers());
  if (slot) state.slot = slot->number;
  if (seal && is(Finality::last_irreversible) && schedule_.is_producer(proposal.proposer) &&
      state.confirmations.may_confirm(proposal.proposer, proposal.height, seal->claim)) {
    state.confirmations.confirm(proposal.proposer, proposal.height, seal->claim);
    state.final = state.confirmations.irreversible();
  }
  if (seal && seal->certificate) {
    certify(state, {seal->certificate->slot, seal->certificate->height, seal->certificate->block});
  }
  states_.try_emplace(digest, std::move(state));
  order_.emplace_back(proposal.height, digest);
}

// b2 has a certificate; its branch carries that of b1, and b1's that of b0: three in a row make b0 final.
void DposChain::certify(DposState& state, const DposCertified& certified) const {
  if (certified.slot <= state.certified.slot) return;
  state.certified = certified;
  const DposState* b2 = states_.find(certified.block);
  if (b2 == nullptr) return;  // long final
  state.locked = b2->certified;
  const DposState* b1 = states_.find(b2->certified.block);
  if (b1 == nullptr || b1->certified.slot == 0) return;
  const bool in_a_row = b2->slot == b1->slot + 1 && b1->slot == b1->certified.slot + 1;
  if (in_a_row) state.final = std::max(state.final, b1->certified.height);
}

// Certificates look three blocks back.
void DposChain::forget_below(Height height) {
  constexpr Height kept = 8;
  while (!order_.empty() && order_.front().first + kept < height) {
    states_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace bsn
