// Numbers and bytes as Ethereum's JSON-RPC writes them (ethereum.org/developers/docs/apis/json-rpc#conventions).
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bsn::edge::ethereum {

using Wei = boost::multiprecision::uint256_t;
inline const Wei wei_per_gwei = 1'000'000'000;

// "0x41": without leading zeros.
std::string quantity(const Wei& number);
std::string quantity(std::uint64_t number);
std::optional<Wei> parse_quantity(std::string_view text);

// "0x0041": two digits for each byte.
std::string hex(std::string_view bytes);
std::optional<std::string> parse_hex(std::string_view text);

// Big-endian bytes without leading zeros, as in transactions; nullopt: leading zeros, or more than 32.
std::optional<Wei> number_of(std::string_view bytes);
std::string bytes_of(const Wei& number);

}  // namespace bsn::edge::ethereum
