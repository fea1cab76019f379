// How a chain's blocks become final to those outside it, by the family of its engine.
#pragma once

#include "core/chain_spec.h"
#include "core/cross_chain_spec.h"

namespace bsn {

// What a light client of a chain with these validators asks for: signatures of more than 2/3 of the weight where
// validators decide (BFT, DPoS' irreversible blocks, GRANDPA, Algorand's certificates, Solana's roots), of more than
// half where nobody lies (Raft), or so many blocks on top as the network waits for (proof of work, Emmy+, tickets).
ClientSpec client_spec(const ChainSpec& chain);

}  // namespace bsn
