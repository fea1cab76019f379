// Seals (Proposal::seal) of the slot family's engines: how they are signed.
//
// A seal is the family's own bytes, then the modelled signature of the block's producer over these bytes and the rest
// of the proposal. So a block whose proposer did not make it is refused.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/block.h"

namespace bsn {

// The seal of a proposal whose own seal is still empty: `body` and the proposer's signature.
std::string signed_seal(std::uint64_t chain_seed, const Proposal& proposal, const std::string& body);

// What stands before the signature of a seal; nothing when it is too short to hold one.
std::string_view seal_body(const Proposal& proposal);

// Whether the proposer made this proposal. Costs a digest over the transactions' ids.
bool is_sealed_by_proposer(std::uint64_t chain_seed, const Proposal& proposal);

}  // namespace bsn
