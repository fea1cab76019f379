// Names and numbers of the things that both sides talk about, each a type of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace bsn {

// A number that only compares with its own kind. `Tag` names the kind.
template <class Tag, class Number = std::uint32_t>
struct StrongNumber {
  Number value = 0;
  constexpr auto operator<=>(const StrongNumber&) const = default;
};

// A city node's position in the topology's list of cities; the same in every process of a cluster.
using CityIndex = StrongNumber<struct CityTag>;

// A chain's position in the topology's list of chains; the same in every process of a cluster.
using ChainIndex = StrongNumber<struct ChainTag>;

// A validator's position in the chain's list of validators, 0 ... m-1. Followers have none.
using ValidatorIndex = StrongNumber<struct ValidatorTag>;

// One call as the gateway counts it; never used twice by one gateway process.
using CallId = StrongNumber<struct CallTag, std::uint64_t>;

using Height = std::uint64_t;  // of a block; genesis is 0

// Which ledger: a network and one of its chains. An alliance network has one chain per deployed service.
struct ChainName {
  std::string network;
  std::string chain;
  auto operator<=>(const ChainName&) const = default;
};

inline std::string to_string(const ChainName& name) { return name.network + "/" + name.chain; }

}  // namespace bsn
