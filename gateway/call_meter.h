// How calls ended and how long they took, by chain, read or write, and status: what a monitoring system asks for.
//
// A call costs two counts and an addition; nothing is allocated but when the routes grow. Bounds: 17 + 18 counts for
// each route and kind, and as many for calls to no chain of ours.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/call.h"
#include "core/gateway_pace.h"

namespace bsn {

class CallMeter {
 public:
  static constexpr std::size_t statuses = 17;

  static constexpr std::size_t bounds = latency_bounds;
  static constexpr Duration bound(std::size_t number) { return latency_bound(number); }

  struct Cell {
    std::array<std::uint64_t, statuses> ended{};  // by status
    LatencyCounts took{};                         // by class of latency, of those that went to a city node
    std::int64_t took_ns = 0;                     // all of them together
  };

  void grow(std::size_t routes) { cells_.resize(2 * (routes + 1)); }

  // nullopt: the call was for no chain that there is.
  void count(std::optional<ChainIndex> chain, Operation operation, const Reply& reply, bool forwarded);

  const Cell& cell(std::optional<ChainIndex> chain, Operation operation) const {
    return cells_[place(chain, operation)];
  }

 private:
  static std::size_t place(std::optional<ChainIndex> chain, Operation operation) {
    return 2 * (chain ? chain->value + std::size_t{1} : 0) + (operation == Operation::submit ? 1 : 0);
  }

  std::vector<Cell> cells_ = std::vector<Cell>(2);
};

}  // namespace bsn
