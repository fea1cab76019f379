// Sets of seats as ascending lists: who votes, who shall, and what is the difference.
#pragma once

#include <vector>

#include "node/consensus_engine.h"

namespace bsn {

bool contains(const std::vector<ValidatorIndex>& seats, ValidatorIndex seat);

// Seats 0 ... count - 1.
std::vector<ValidatorIndex> all_seats(std::uint32_t count);

// The seats of `some` that `others` lacks.
std::vector<ValidatorIndex> without(const std::vector<ValidatorIndex>& some, const std::vector<ValidatorIndex>& others);

// The same seats with this one, which is not among them.
std::vector<ValidatorIndex> with(std::vector<ValidatorIndex> seats, ValidatorIndex seat);

// Who voted at genesis, and who shall vote now.
std::vector<ValidatorIndex> founders_of(const EngineConfig& config);
std::vector<ValidatorIndex> wanted_of(std::uint32_t seats, const std::vector<ValidatorIndex>& voters);

}  // namespace bsn
