// How a BFT validator shows two faces: what some are told is about the twin of every proposal, which differs in its
// time by a nanosecond and is just as valid.
#pragma once

#include <map>

#include "core/peer_message.h"

namespace bsn {

// The same proposal, so much later: as valid as the first, and another value.
ProposalPtr twin_of(const Proposal& proposal, std::int64_t nanoseconds_later = 1);

class SecondFace {
 public:
  // Must see every proposal, whoever sends it, before a vote for it is turned around.
  void see(const ConsensusMessage& message);

  // What the second face says instead of `message`.
  ConsensusMessage turn(ConsensusMessage message) const;

 private:
  std::map<Digest, ProposalPtr> twins_;  // by the digest of the first
};

}  // namespace bsn
