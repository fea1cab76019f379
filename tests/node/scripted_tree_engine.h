// A small but whole engine of a tree family, for tests of what stands around engines.
//
// Validators produce blocks at random times, all with the same mean; the longest chain wins, of equals the first seen;
// a block is final when `confirmations` stand upon it. There is no protection against liars. It shows how an engine
// uses BlockTree and Gossip.
#pragma once

#include <memory>

#include "node/consensus_engine.h"

namespace bsn {

struct ScriptedTreeOptions {
  Duration interval = seconds(1);  // mean, between any two blocks of the whole chain
  std::uint32_t confirmations = 6;
  Height fetch_distance = 20;  // so far ahead of the own tip a block must be to fetch final ones
};

std::unique_ptr<ConsensusEngine> make_scripted_tree_engine(const ScriptedTreeOptions& options,
                                                           const EngineConfig& config, const DurableState& durable,
                                                           Instant now);

}  // namespace bsn
