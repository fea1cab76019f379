#include "sim/cluster_view.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

GatewayPace some_pace(std::uint64_t succeeded, std::uint64_t failed, std::size_t latency_class) {
  GatewayPace pace{{{{"fabric", "a"}, succeeded, failed, {}}, {{"fabric", "b"}, 0, 0, {}}, {{"neo", "main"}, 0, 0, {}}},
                   {{"beijing", milliseconds(3)}, {"wuhan", {}}, {"chengdu", milliseconds(7)}}};
  pace.routes[0].took[latency_class] = succeeded;
  return pace;
}

TEST(ClusterView, TellsOfWhatCameBetweenTwoLooks) {
  GatewayPace now = some_pace(90, 10, 1);
  now.routes[1].succeeded = 5;
  const LiveView view = view_of(some_pace(40, 0, 1), now, seconds(5), "cluster default", "136 city nodes");
  EXPECT_EQ(view.title, "cluster default");
  EXPECT_EQ(view.phase, "136 city nodes");
  EXPECT_EQ(view.counts, "in 5 s: 65 answered, 10 failed");
  EXPECT_TRUE(view.trouble);
  EXPECT_DOUBLE_EQ(view.tps, 13);
  ASSERT_EQ(view.networks.size(), 1U) << "one row a network, none without a call";
  EXPECT_EQ(view.networks[0].name, "fabric");
  EXPECT_EQ(view.networks[0].calls, 65U);
  EXPECT_EQ(view.networks[0].failed, 10U);
  EXPECT_EQ(view.networks[0].p50, microseconds(75));
  ASSERT_EQ(view.slowest.size(), 2U);
  EXPECT_EQ(view.slowest[0].name, "chengdu");
}

TEST(ClusterView, TheFirstLookHasNoRate) {
  const LiveView view = view_of(some_pace(9, 0, 1), some_pace(9, 0, 1), {}, "", "");
  EXPECT_EQ(view.tps, 0);
  EXPECT_EQ(view.p99, Duration{});
  EXPECT_TRUE(view.networks.empty());
}

TEST(ClusterView, AGatewayThatStartedAgainCountsFromNothing) {
  EXPECT_EQ(view_of(some_pace(100, 0, 1), some_pace(4, 0, 1), seconds(1), "", "").networks[0].calls, 4U);
  EXPECT_EQ(view_of({}, some_pace(4, 0, 1), seconds(1), "", "").networks[0].calls, 4U) << "a chain that is new";
}

TEST(ClusterView, PercentilesLieWithinTheirClass) {
  LatencyCounts took{};
  EXPECT_EQ(percentile_of(took, 99), Duration{});
  took[0] = 50;  // up to 50 us
  took[2] = 50;  // 100 to 200 us
  EXPECT_EQ(percentile_of(took, 50), microseconds(50));
  EXPECT_EQ(percentile_of(took, 75), microseconds(150));
  EXPECT_EQ(percentile_of(took, 100), microseconds(200));
  took[latency_bounds] = 100;
  EXPECT_EQ(percentile_of(took, 99), latency_bound(latency_bounds - 1)) << "longer than the last bound";
}

}  // namespace
}  // namespace bsn
