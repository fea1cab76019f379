// How long a peer message is on the wire, within a tenth of its encoding.
//
// Counted, not encoded: transactions by their canonical size, votes and requests by their fields.
#pragma once

#include <cstdint>

#include "core/peer_message.h"

namespace bsn {

std::uint64_t wire_bytes(const PeerMessage& message);

// Whether it carries one block of a chain that grows as a tree.
bool is_tree_block(const PeerMessage& message);

}  // namespace bsn
