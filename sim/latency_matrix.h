// How far every network is from every city: local reads from the city's gateway, measured by a run.
//
// One run measures a number of cities, one round a city and in it one call for each chain, so that every (city, chain)
// has a mix of its own in the report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

struct MatrixCell {
  std::string city, network, chain;
  std::uint64_t calls = 0, failed = 0;
  double p50_ms = 0, p99_ms = 0;  // of answered calls; 0 without any
};

// A scenario on this topology that measures every connected city: exactly `reads` calls of each chain from each city,
// one every 20 ms over all chains. Chains without an own peer in a connected city of BSN are left out.
Scenario matrix_scenario(const Topology& topology, std::uint32_t reads);

// What its report says, by city, then chain.
std::vector<MatrixCell> matrix_cells(const Report& report);

// The cells that answered, the highest p50 first, at most so many.
std::vector<MatrixCell> worst_cells(std::vector<MatrixCell> cells, std::size_t most);

std::string matrix_csv(const std::vector<MatrixCell>& cells);

// For the report page: "format": "bsnsim-matrix".
std::string matrix_json(const Report& report, const std::vector<MatrixCell>& cells);

}  // namespace bsn
