// How the calls of a gateway go, counted since it started: whoever watches it asks again and takes the difference.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace bsn {

// Classes of latency by their upper bounds: 50 us, doubled 16 times (3.3 s); one more class for what took longer.
inline constexpr std::size_t latency_bounds = 17;
constexpr Duration latency_bound(std::size_t number) { return microseconds(50) * (std::int64_t{1} << number); }
using LatencyCounts = std::array<std::uint64_t, latency_bounds + 1>;

struct RoutePace {  // reads and writes of one chain
  ChainName chain;
  std::uint64_t succeeded = 0, failed = 0;
  LatencyCounts took{};  // of those that went to a city node, from arrival to answer
};

struct CityLag {
  std::string city;
  Duration lag;  // what calls lately took there beyond the way to it, of the chain that took longest
};

struct GatewayPace {
  std::vector<RoutePace> routes;  // in the order of their index
  std::vector<CityLag> cities;    // likewise
};

}  // namespace bsn
