// Who is who among the peers of a chain: numbers, and who must hear what from whom. Derived from its spec alone.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/chain_spec.h"
#include "node/block_sync.h"

namespace bsn {

// How many validators must give the same block before it is believed. Public networks are too large to ask a third.
std::uint32_t needed_vouchers(const ChainSpec& spec);

// By city, its number as consensus_engine.h has it. Of a city that has several seats the last counts, also when it has
// no vote any more: until all know that it is one.
std::vector<std::pair<CityIndex, ValidatorIndex>> members_of(const ChainSpec& spec);

// Follower j gets every block from the voters j, j + 1, ... (mod m), as many as it must hear: those of this validator.
std::vector<CityIndex> followers_of(const ChainSpec& spec, ValidatorIndex validator);

// How the peer of city `self` (`seat`: a validator) fetches blocks.
BlockSync::Parameters sync_parameters(const ChainSpec& spec, std::optional<ValidatorIndex> seat, CityIndex self,
                                      bool joins, bool silent);

}  // namespace bsn
