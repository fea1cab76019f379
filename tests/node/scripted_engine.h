// An engine for tests of what stands around engines: validator 0 decides alone, the others take its word.
//
// It keeps the contract's manners (WantBatch before BatchOffered, Decide before BlockSealed, FetchBlocks when behind)
// and none of its promises: nothing is persisted, no quorum is asked. A proposal travels as a BftProposal.
#pragma once

#include <memory>

#include "node/consensus_engine.h"

namespace bsn {

struct ScriptedEngineOptions {
  bool leader_only = true;  // as Raft; else as a rotating family
  std::uint32_t fault_bound = 1;
  Duration interval = milliseconds(100);  // from the first waiting transaction to the cut
  bool leader_known = true;               // whether it ever says who leads
};

std::unique_ptr<ConsensusEngine> make_scripted_engine(const ScriptedEngineOptions& options, const EngineConfig& config,
                                                      const BlockSealed& tip, Instant now);

}  // namespace bsn
