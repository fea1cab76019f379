// How long the steps took that a relayer brought to their end itself: from the final block that it saw to the answer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/time.h"
#include "relay/relay_task.h"

namespace bsn {

struct RelayMeter {
  static constexpr std::size_t steps = 8;

  // Upper bounds of the classes: 100 ms, doubled 13 times (819.2 s); one more class for what took longer.
  static constexpr std::size_t bounds = 14;
  static constexpr Duration bound(std::size_t number) { return milliseconds(100) * (std::int64_t{1} << number); }

  struct Cell {
    std::array<std::uint64_t, bounds + 1> took{};
    std::int64_t took_ns = 0;  // all of them together
  };

  void took(RelayStep step, Duration time) {
    Cell& cell = cells[static_cast<std::size_t>(step)];
    std::size_t number = 0;
    while (number < bounds && bound(number) < time) ++number;
    ++cell.took[number];
    cell.took_ns += time.ns;
  }

  void add(const RelayMeter& more) {
    for (std::size_t step = 0; step < steps; ++step) {
      for (std::size_t i = 0; i <= bounds; ++i) cells[step].took[i] += more.cells[step].took[i];
      cells[step].took_ns += more.cells[step].took_ns;
    }
  }

  std::array<Cell, steps> cells{};  // by RelayStep
};

}  // namespace bsn
