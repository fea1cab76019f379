// How packets are asked for in calls of contract "xchain" (node/contract_xchain.h): read by the contract, by relayers
// that watch blocks, and written by whoever sends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/packet.h"

namespace bsn {

// "NETWORK/CHAIN", both 1 to 64 bytes; nullopt: not of this form.
std::optional<ChainName> parse_chain_name(std::string_view text);

// A whole number without sign, spaces or leading zeros, below 2^64.
std::optional<std::uint64_t> parse_whole_number(std::string_view text);

// The sequence that a text begins with: what `transfer` and `call` return, or an argument. 0: it begins with none.
std::uint64_t leading_sequence(std::string_view text);

// The packet that `transfer` or `call` with these arguments asks for, still without source and sequence, in a block of
// this time: a time-out "+600s" counts from there. nullopt: it is another function, or an argument has not its form.
std::optional<Packet> packet_of_call(std::string_view function, const std::vector<std::string>& args,
                                     Instant block_time);

// The arguments of `transfer` or `call` that ask for this packet.
std::vector<std::string> call_arguments(const Packet& packet);

// What the destination's `receive` returned, and back.
std::string received_value(const Acknowledgement& outcome);
std::optional<Acknowledgement> outcome_of_received(std::string_view value);

}  // namespace bsn
