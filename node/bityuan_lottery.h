// The lottery of a Bityuan chain: what a block's seal says, what the next one's must say, and who wins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/chain_spec.h"
#include "core/digest.h"

namespace bsn {

struct BityuanSeal {
  static constexpr std::uint64_t target_min = 1 << 16;

  std::uint64_t target = 0;       // chance per unit of stake and second, of 2^64
  std::uint64_t modifier = 0;     // of this window
  std::int64_t window_start = 0;  // time of the block that this window began behind, in ns

  bool operator==(const BityuanSeal&) const = default;
  std::string bytes() const;
  static std::optional<BityuanSeal> read(std::string_view bytes);
};

// Of the first block: such that a block is expected once per block_interval.
BityuanSeal first_bityuan_seal(const BityuanParameters& parameters, std::uint64_t total_stake);

// Of the block behind this one.
BityuanSeal next_bityuan_seal(const BityuanParameters& parameters, const BityuanSeal& parent, Height parent_height,
                              Instant parent_time, const Digest& parent_digest);

// The owner's ticket of that second, uniform in 64 bits.
std::uint64_t bityuan_ticket(std::uint64_t chain_seed, std::uint64_t modifier, ValidatorIndex owner,
                             std::uint64_t second);

// Whether a ticket wins.
bool bityuan_wins(std::uint64_t ticket, std::uint64_t target, std::uint64_t stake);

// How much a block of this target weighs: inversely proportional to it.
std::uint64_t bityuan_weight(std::uint64_t target);

}  // namespace bsn
