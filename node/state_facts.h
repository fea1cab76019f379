// What a state holds under keys that somebody asks about, with the proofs.
#pragma once

#include <vector>

#include "core/chain_facts.h"
#include "node/state_tree.h"

namespace bsn {

// One answer for each list of keys. Cost: a proof for each list, and the root when the state has changed since.
std::vector<Facts> look_up(const KeyLists& lists, StateTree state);

}  // namespace bsn
