#include "node/dpos_votes.h"

#include <algorithm>

#include "node/quorum.h"

namespace bsn {

std::optional<DposCertificate> DposVotes::add(const TreeVote& vote) {
  Slot& slot = slots_[vote.round];
  slot.heard.resize(producers_);
  if (slot.heard[vote.voter.value]) return std::nullopt;
  slot.heard[vote.voter.value] = true;
  DposCertificate& certificate = certificate_for(slot, vote);
  certificate.voters[vote.voter.value] = true;
  add_signature(certificate.signatures, vote.signature);
  const auto votes = std::count(certificate.voters.begin(), certificate.voters.end(), true);
  std::optional<DposCertificate> complete;
  if (votes == byzantine_quorum(producers_)) complete = certificate;
  if (slots_.size() > slots_max) slots_.erase(slots_.begin());
  return complete;
}

DposCertificate& DposVotes::certificate_for(Slot& slot, const TreeVote& vote) const {
  const auto found = std::find_if(slot.blocks.begin(), slot.blocks.end(), [&](const DposCertificate& one) {
    return one.block == vote.block && one.height == vote.height;
  });
  if (found != slot.blocks.end()) return *found;
  DposCertificate& fresh = slot.blocks.emplace_back();
  fresh.slot = vote.round;
  fresh.height = vote.height;
  fresh.block = vote.block;
  fresh.voters.resize(producers_);
  return fresh;
}

}  // namespace bsn
