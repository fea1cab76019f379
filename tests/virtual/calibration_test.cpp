// What `bsnsim calibrate` finds, on networks that take a moment.
#include "sim/virtual/calibration.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/scenario_file.h"

namespace bsn {
namespace {

const CalibrationRow& row(const std::vector<CalibrationRow>& rows, Figure figure) {
  return *std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.published.figure == figure; });
}

TEST(Calibration, SimBlocksSettingOf2019SpreadsBlocksAsSimBlockDoes) {
  const auto topology = load_topology("configs/calibrations/simblock-2019.yaml");
  ASSERT_TRUE(topology) << topology.error().message;
  CalibrationOptions options;
  options.blocks = 40;
  const auto rows = calibrate(*topology, "simblock-136", options);
  ASSERT_TRUE(rows);
  const CalibrationRow& half = row(*rows, Figure::propagation_p50_s);
  const CalibrationRow& most = row(*rows, Figure::propagation_p90_s);
  EXPECT_TRUE(half.passed()) << half.simulated.value_or(0);
  EXPECT_TRUE(most.passed()) << most.simulated.value_or(0);
}

// Blocks that go whole, over the same lines: the bandwidth counts.
TEST(Calibration, WholeBlocksOverTheSameLinesTakeLonger) {
  auto topology = load_topology("configs/calibrations/simblock-2019.yaml");
  ASSERT_TRUE(topology) << topology.error().message;
  CalibrationOptions options;
  options.blocks = 20;
  const auto compact = calibrate(*topology, "simblock-136", options);
  for (Network& network : topology->networks) network.weight.compact = {};
  const auto whole = calibrate(*topology, "simblock-136", options);
  ASSERT_TRUE(compact && whole);
  const auto half = [](const auto& rows) { return row(*rows, Figure::propagation_p50_s).simulated.value_or(0); };
  EXPECT_GT(half(whole), 1.5 * half(compact));
}

// An end of cross-chain packets and a hub, each without the other.
TEST(Calibration, ANetworkIsMeasuredWithoutItsHub) {
  const auto topology = load_topology("configs/topologies/bsn-2020.yaml");
  ASSERT_TRUE(topology) << topology.error().message;
  ASSERT_FALSE(topology->cross_chain.hubs.empty());
  CalibrationOptions options;
  options.blocks = 10;
  for (const char* network : {"xuperchain", "poly-enterprise"}) {
    const auto rows = calibrate(*topology, network, options);
    ASSERT_TRUE(rows) << network;
    EXPECT_TRUE(row(*rows, Figure::block_interval_s).passed()) << network;
  }
}

TEST(Calibration, ANetworkThatNobodyHostsIsAnError) {
  const auto topology = load_topology("configs/calibrations/simblock-2019.yaml");
  ASSERT_TRUE(topology) << topology.error().message;
  const auto rows = calibrate(*topology, "bitcoin", {});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::invalid_configuration);
}

}  // namespace
}  // namespace bsn
