// What a block of the pow family is sealed with: the difficulty state, uncles, proposed transactions, the work.
//
// A seal carries all that the next block's difficulty follows from, so that a block is checked against its parent
// alone, and the headers of its uncles, so that they are checked without having heard them. Whoever counts stale blocks
// from outside decodes the seals of the chain: each uncle there is a stale block that the chain knows of; blocks heard
// that are neither on the chain nor an uncle of it are the others.
//
// Work is modelled: finding it takes the time that the engine draws, and what is found is a digest under a key of the
// miner (sign_modelled) over the header. It stands for the nonce, names the block among uncles, and nobody in this
// program forges one.
//
// Bytes, all numbers big-endian: state 48, work 32, uncles (1 byte, each 194 and its proposals), proposals (2 bytes, 10
// each). Exactly one encoding per seal; others are refused. About 85 bytes without uncles and proposals.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/block.h"

namespace bsn {

// Where the difficulty stands after a block. The fields of the epoch are zero under Ethash.
struct PowState {
  std::uint64_t difficulty = 0;    // of this block; see pow_difficulty.h
  std::uint32_t uncles = 0;        // in this block
  std::uint32_t epoch = 0;         // its number
  Height epoch_start = 0;          // its first block ...
  std::uint32_t epoch_length = 0;  // ... and how many it has
  std::uint32_t epoch_uncles = 0;  // in its blocks up to this one
  Instant previous_end;            // time of the last block of the epoch before
  std::uint64_t hash_rate = 0;     // difficulty per second, as estimated at the end of that; 0: never
  bool operator==(const PowState&) const = default;
};

// The first 80 bits of a transaction's id (CKB's ProposalShortId): names it among neighbouring blocks.
using ProposalId = std::array<std::uint8_t, 10>;
ProposalId proposal_id(const Digest& transaction);

// What the work is done over.
struct PowHeader {
  Height height = 0;
  Digest parent;  // proposal digest
  Instant time;
  ValidatorIndex miner;
  Digest content;  // content_digest of the transactions
  PowState state;
  Digest uncles;     // of its uncles' bytes
  Digest proposals;  // of its proposed ids
  Digest work;
};

// A stale block, as the block that refers to it tells it: the header, and what it proposed (which counts).
struct PowUncle {
  PowHeader header;
  std::vector<ProposalId> proposals;
};

struct PowSeal {
  PowState state;
  Digest work;
  std::vector<PowUncle> uncles;       // at most uncles_max
  std::vector<ProposalId> proposals;  // NC-Max, at most proposals_max

  static constexpr std::size_t uncles_max = 3;         // so that it fits into seal_bytes_max
  static constexpr std::size_t proposals_max = 1'500;  // MAX_BLOCK_PROPOSALS_LIMIT, ckb:spec/src/consensus.rs
};

std::string encode(const PowSeal& seal);

// nullopt: these are not the bytes of a seal.
std::optional<PowSeal> decode_pow_seal(std::string_view bytes);

// Only the state; the rest is not looked at. Cheap.
std::optional<PowState> decode_pow_state(std::string_view seal);

// Of the transactions' ids, in order.
Digest content_digest(const std::vector<TransactionPtr>& transactions);

// The header of a block whose seal was decoded.
PowHeader header_of(const Proposal& proposal, const PowSeal& seal);

// What the miner finds for this header (whose own field `work` does not count).
Digest modelled_work(std::uint64_t chain_seed, const PowHeader& header);

}  // namespace bsn
