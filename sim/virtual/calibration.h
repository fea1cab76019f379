// Holds a network's simulation against what was published about it: one chain, in virtual time, at its real size.
//
// The network stands alone: its validators (those in the topology, or outside ones in the world's cities), BSN's nodes
// that follow it, and a gateway. First it runs under a light load until enough blocks are final: interval, finality,
// stale blocks, propagation. Then, if a capacity was published, under a fifth more load than that, until 100 full
// blocks came, or fewer (8 at least) that hold 40,000 transactions; of outside validators 32 at most carry it.
// Deterministic for a seed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/chain_meter.h"
#include "sim/topology.h"

namespace bsn {

struct CalibrationOptions {
  std::uint64_t seed = 1;
  std::uint32_t blocks = 200;  // counted, behind a tenth as many that are not; more where a figure needs them
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

struct CalibrationRow {
  std::string network;
  PublishedFigure published;
  std::optional<double> simulated;  // nullopt: too few blocks became final in the time allowed
  double spread = 0;                // block_interval_s: standard deviation
  std::size_t peers = 0;            // in the run
  bool passed() const;
  bool explained() const { return !passed() && !published.differs.empty(); }
};

// One row per published figure of the network, in its profile's order. An Error when the topology hosts no chain of it.
Result<std::vector<CalibrationRow>> calibrate(const Topology& topology, const std::string& network,
                                              const CalibrationOptions& options);

}  // namespace bsn
