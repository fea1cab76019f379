// What a state holds under keys that somebody asks about, with the proofs.
#pragma once

#include <vector>

#include "core/chain_facts.h"
#include "node/state_tree.h"

namespace bsn {

// One answer for each list of keys, under the state's root. Cost: a proof for each list.
std::vector<Facts> look_up(const KeyLists& lists, const StateTree& state);

}  // namespace bsn
