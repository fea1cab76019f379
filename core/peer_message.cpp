#include "core/peer_message.h"

namespace bsn {

Digest tree_vote_digest(const TreeVote& vote) {
  CanonicalBytes bytes("bsn/tree-vote/v1");
  bytes.add(std::uint64_t{vote.kind}).add(vote.round).add(vote.height).add(vote.block);
  return bytes.add(std::uint64_t{vote.voter.value}).add(vote.extra).digest();
}

Digest tree_vote_signature(std::uint64_t chain_seed, const TreeVote& vote) {
  return sign_modelled(chain_seed, vote.voter, tree_vote_digest(vote));
}

Digest sign_modelled(std::uint64_t chain_seed, ValidatorIndex signer, const Digest& message) {
  CanonicalBytes bytes("bsn/modelled-signature/v1");
  return bytes.add(chain_seed).add(std::uint64_t{signer.value}).add(message).digest();
}

}  // namespace bsn
