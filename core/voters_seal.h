// What the leader of a Raft chain seals into every block: who votes, by the log up to that block. And what a proposer
// of a BFT chain seals: who votes on the next block (node/bft_voters.h).
//
// So the header names those who sign the headers after it, as the metadata of Fabric's blocks and Tendermint's
// next_validators_hash do, and whoever follows the chain from outside hears of a change from those it believes already.
//
// Bytes: "bsn/voters/v1", then 4 for each seat, big-endian and ascending; 1 to 1000 seats.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace bsn {

std::string voters_seal(const std::vector<ValidatorIndex>& voters);

// nullopt: these are not the bytes of such a seal.
std::optional<std::vector<ValidatorIndex>> read_voters_seal(std::string_view seal);

}  // namespace bsn
