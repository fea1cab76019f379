// What a block of the dpos family is sealed with, and what a producer must remember.
//
// The seal says how many blocks the producer confirms with this one (EOS), or carries a quorum certificate
// (XuperChain), and ends with the producer's modelled signature over the whole block. One encoding per seal, 37 bytes,
// with a certificate 120 and a bit per producer more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/block.h"
#include "core/peer_message.h"
#include "node/dpos_confirmations.h"

namespace bsn {

// More than two thirds of the producers voted for one block. The signatures are aggregated: added (here by exclusive
// or) as BLS signatures are, and whoever knows who signed what can check the sum.
struct DposCertificate {
  std::uint64_t slot = 0;  // of the block; 0: none
  Height height = 0;
  Digest block;
  std::vector<bool> voters;  // by producer
  Digest signatures;
  bool operator==(const DposCertificate&) const = default;
};

struct DposSeal {
  DposClaim claim;                             // EOS only; else empty
  std::optional<DposCertificate> certificate;  // chained BFT only
  Digest signature;
};

std::string encode(const DposSeal& seal);
// nullopt: these are not the bytes of a seal for so many producers.
std::optional<DposSeal> decode_dpos_seal(std::string_view bytes, std::uint32_t producers);

// The modelled signature of the block's proposer over height, parent, time, transactions and seal (but the signature).
Digest dpos_block_signature(std::uint64_t chain_seed, const Proposal& proposal, const DposSeal& seal);

// The vote of a producer for a block; unsigned.
TreeVote dpos_vote(std::uint64_t slot, Height height, const Digest& block);
inline constexpr std::uint32_t dpos_vote_kind = 1;

// Adds a signature to a sum.
void add_signature(Digest& sum, const Digest& signature);

// Whether more than two thirds of the producers are said to have voted, and their signatures add up. Costs a digest or
// two per voter.
bool is_proved(std::uint64_t chain_seed, const DposCertificate& certificate);

// What a producer remembers for ever (TreeVoteState): what it made, confirmed, voted for, and is locked on.
struct DposMemory {
  struct Own {
    Height height = 0;
    Digest block;
    bool operator==(const Own&) const = default;
  };
  static constexpr std::size_t own_max = 64;

  Height confirmed = 0;         // no height up to here is confirmed again (EOS' watermark)
  Instant made;                 // slot of the last own block
  std::uint64_t voted = 0;      // slot of the last vote
  Height lock_height = 0;       // 0: no lock
  std::uint64_t lock_slot = 0;  // chained BFT: of the locked block
  Digest lock;
  std::vector<Own> own{};  // EOS: the last own block of each branch on which it confirmed above the final height
  bool operator==(const DposMemory&) const = default;
};

std::string encode(const DposMemory& memory);
std::optional<DposMemory> decode_dpos_memory(std::string_view bytes);

}  // namespace bsn
