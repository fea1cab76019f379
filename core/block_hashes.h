// The hashes of a chain's last blocks, as the chain keeps them in its own state.
//
// A chain that takes part in cross-chain calls writes at the start of each block the hash of the one below into a ring
// of block_hashes_kept keys (as Ethereum does since EIP-2935). So its state proves to others from which block it
// descends, however far below, in one proof instead of all headers in between.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/ids.h"

namespace bsn {

inline constexpr Height block_hashes_kept = 8191;

// A block below, and its hash.
struct BlockHash {
  Height height = 0;
  Digest hash;
  bool operator==(const BlockHash&) const = default;
};

// The key that the block of this height shares with those block_hashes_kept above and below it.
std::string block_hash_key(Height height);

// What stands there: which block it is, and its hash.
std::string encode(const BlockHash& block);
// nullopt: these are not the bytes of one.
std::optional<BlockHash> decode_block_hash(std::string_view bytes);

}  // namespace bsn
