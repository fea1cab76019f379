// The first command of a dialogue, "network raft 3 seed 7 delay 10ms", as options of an engine network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/dialogues/engine_network.h"

namespace bsn {

// Throws std::invalid_argument, as the two below, with a message for the author of the dialogue.
EngineNetworkOptions read_network_command(const std::vector<std::string>& words);

std::uint32_t dialogue_number(const std::string& word);
Duration dialogue_duration(const std::string& word);

}  // namespace bsn
