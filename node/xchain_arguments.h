// How the cross-chain contracts read their arguments: forms that are checked once, and the values of what passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/packet.h"

namespace bsn {

// Checks arguments against a list of forms like "HUB:chain AMOUNT:amount PROOF:bytes"; there are at least as many
// arguments as forms. chain: "NETWORK/CHAIN"; number: a whole number below 2^64; amount: one from 1; height: a number
// or "none"; time: that, a number
// of ns or "+600s"; name: 1 to 64 bytes; packet: the bytes of a packet; bytes: anything. nullopt: all have their form,
// else which has not.
std::optional<std::string> check_forms(std::string_view forms, const std::vector<std::string>& args);

// Of arguments that passed check_forms.
ChainName chain_argument(const std::string& text);
std::uint64_t number_argument(const std::string& text);
PacketLane lane_argument(const std::string& hub, const std::string& source, const std::string& destination);

}  // namespace bsn
