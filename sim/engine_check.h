// What can't work about the parameters of a consensus engine: alone, and for so many validators so far apart.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/chain_spec.h"

namespace bsn {

// One thing that is wrong: under which key of the network's `consensus` ("dpos.slot"; empty: all of it), what and why,
// and whether it stops the scenario or is only worth a word.
struct EngineFinding {
  std::string key;
  std::string what;
  bool refused = true;
};

// Parameters that can't work whoever uses them.
std::vector<EngineFinding> check_engine(const EngineParameters& engine);

// Parameters that can't work, or not well, for this many validators (at least one), of whom the two that are farthest
// apart need `round_trip` there and back.
std::vector<EngineFinding> check_committee(const EngineParameters& engine, std::size_t validators, Duration round_trip);

// The longest way there and back between any two of these places, without jitter and loss.
Duration slowest_round_trip(const WanParameters& wan, const std::vector<Place>& places);

}  // namespace bsn
