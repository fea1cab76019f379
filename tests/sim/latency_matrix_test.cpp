#include "sim/latency_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload.h"
#include "tests/sim/some_report.h"
#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(LatencyMatrix, MeasuresEveryConnectedCity) {
  Topology topology = two_city_scenario().topology;
  topology.cities[1].state = CityState::building;
  const Scenario scenario = matrix_scenario(topology, 10);
  ASSERT_EQ(scenario.rounds.size(), 1U);
  EXPECT_EQ(scenario.rounds[0].label, "north");
  EXPECT_EQ(scenario.rounds[0].origins, std::vector<std::string>{"north"});
  EXPECT_EQ(scenario.rounds[0].duration, milliseconds(200));
}

TEST(LatencyMatrix, ReadsEveryChainEquallyOftenFromEachCity) {
  const Scenario scenario = matrix_scenario(two_city_scenario().topology, 3);
  for (std::uint32_t number = 0; number < scenario.rounds.size(); ++number) {
    Workload workload(scenario, number, Instant{});
    std::vector<DueCall> due;
    workload.advance_to(Instant{} + seconds(60), due);
    std::vector<int> reads(scenario.rounds[number].mix.size());
    for (const DueCall& one : due) ++reads[one.mix_entry];
    EXPECT_THAT(reads, testing::AllOf(testing::Not(IsEmpty()), testing::Each(3)));
  }
}

TEST(LatencyMatrix, ItsScenarioIsFine) {
  Topology topology = two_city_scenario().topology;
  topology.chains[0].followers.clear();
  EXPECT_THAT(check(matrix_scenario(topology, 10)), IsEmpty());
}

TEST(LatencyMatrix, ReadsTheCellsFromTheReport) {
  const std::vector<MatrixCell> cells = matrix_cells(some_report());
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].city, "mixed");
  EXPECT_EQ(cells[0].network, "fabric");
  EXPECT_EQ(cells[0].failed, 6U);
  EXPECT_NEAR(cells[0].p50_ms, 5, 0.01);
  EXPECT_THAT(matrix_csv(cells), HasSubstr("\nmixed,fabric,trade,10,6,5.001,10.000\n"));
}

TEST(LatencyMatrix, TheWorstComeFirstAndWhatDidNotAnswerNotAtAll) {
  const std::vector<MatrixCell> cells = {{"a", "n", "c", 5, 0, 1, 2},
                                         {"b", "n", "c", 5, 0, 9, 9},
                                         {"c", "n", "c", 5, 5, 0, 0},
                                         {"d", "n", "c", 5, 0, 3, 4}};
  const std::vector<MatrixCell> worst = worst_cells(cells, 2);
  ASSERT_EQ(worst.size(), 2U);
  EXPECT_EQ(worst[0].city, "b");
  EXPECT_EQ(worst[1].city, "d");
}

}  // namespace
}  // namespace bsn
