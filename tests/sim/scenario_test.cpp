#include "sim/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario_file.h"

namespace bsn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Scenario small() {
  Result<Scenario> scenario = load_scenario("configs/scenarios/small.yaml");
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().message);
  return scenario ? std::move(*scenario) : Scenario{};
}

TEST(ScenarioCheck, FindsNothingInAGoodOne) { EXPECT_THAT(check(small()), IsEmpty()); }

TEST(ScenarioCheck, ACallToAChainNobodyHosts) {
  Scenario scenario = small();
  scenario.rounds[0].mix[1].chain = {"ethereum", "main"};
  EXPECT_THAT(check(scenario), ElementsAre("rounds[0].mix[1].chain: nobody hosts 'ethereum/main', there is no network "
                                           "'ethereum'; name one of the topology's chains or of the services"));
}

TEST(ScenarioCheck, ALevelThatTheOperationDoesNotKnow) {
  Scenario scenario = small();
  scenario.rounds[0].mix[0].level = Level::local;
  scenario.rounds[0].mix[1].level = Level::committed;
  EXPECT_THAT(check(scenario),
              ElementsAre(HasSubstr("mix[0].level: a submit waits for"), HasSubstr("mix[1].level: a query")));
}

TEST(ScenarioCheck, PlaceholdersThatCanNotBeFilled) {
  Scenario scenario = small();
  scenario.rounds[0].mix[0].args = {"{acount}"};
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("rounds[0].mix[0].args: ")));
}

TEST(ScenarioCheck, AnOriginThatIsUnknownOrUnderConstruction) {
  Scenario scenario = small();
  scenario.rounds[0].origins = {"changde", "atlantis"};
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("origins[0]: 'changde' is under construction"),
                                           HasSubstr("origins[1]: unknown city 'atlantis'")));
}

TEST(ScenarioCheck, StagesThatDoNotFillTheRound) {
  Scenario scenario = small();
  scenario.rounds[0].rate = StagedRate{1, {{seconds(1), 10}, {seconds(2), 20}}};
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("the stages last 3s together, the round lasts 4s")));
}

TEST(ScenarioCheck, AScenarioWithoutRoundsOrWithTwoOfOneName) {
  Scenario scenario = small();
  scenario.rounds.push_back(scenario.rounds[0]);
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("rounds[1].label: 'mixed' names an earlier round")));
  scenario.rounds.clear();
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("there is no round")));
}

TEST(ScenarioCheck, AnUnknownProject) {
  Scenario scenario = small();
  scenario.project = "nobody";
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("project: unknown project 'nobody'")));
}

TEST(ScenarioCheck, FaultsOutOfOrderOrWithoutWhatTheyNeed) {
  Scenario scenario = small();
  scenario.faults = {{seconds(2), FaultKind::kill, {}, {}},
                     {seconds(1), FaultKind::heal, {"beijing"}, {}},
                     {seconds(3), FaultKind::partition, {}, {{"beijing", "tokyo"}, {"beijing", "atlantis"}}}};
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("faults[0].targets: kill needs the cities"),
                                           HasSubstr("faults[1].at: 1s is before"),
                                           HasSubstr("faults[1].targets: heal takes no targets"),
                                           HasSubstr("faults[2].groups[1][0]: 'beijing' is in a group already"),
                                           HasSubstr("faults[2].groups[1][1]: unknown city 'atlantis'")));
}

TEST(ScenarioCheck, FaultsWithSettingsOfOtherKinds) {
  Scenario scenario = small();
  scenario.faults = {{seconds(1), FaultKind::latency, {"beijing"}, {}}, {seconds(2), FaultKind::loss, {"beijing"}, {}}};
  scenario.faults[0].share = 0.1;
  scenario.faults[1].delay = seconds(1);
  scenario.faults[1].one_way = true;
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("faults[0].share: latency takes no share"),
                                           HasSubstr("faults[1].one_way: only a partition"),
                                           HasSubstr("faults[1].delay: loss takes no delay")));
}

TEST(ScenarioCheck, SaysWhichFaultsAreNotForLiveRuns) {
  Scenario scenario = small();
  scenario.faults = {{seconds(1), FaultKind::kill, {"beijing"}, {}},
                     {seconds(1), FaultKind::lose_disk, {"beijing"}, {}},
                     {seconds(2), FaultKind::reorder, {"beijing"}, {}},
                     {seconds(3), FaultKind::partition, {}, {{"beijing"}}}};
  scenario.faults[3].one_way = true;
  EXPECT_THAT(check(scenario), ElementsAre());
  EXPECT_THAT(faults_not_live(scenario), ElementsAre(HasSubstr("faults[1].kind: lose_disk happens in virtual time"),
                                                     HasSubstr("faults[2].kind: reorder happens in virtual time"),
                                                     HasSubstr("faults[3].one_way: live partitions cut both ways")));
}

TEST(FaultKind, HasTheNamesOfTheFiles) {
  EXPECT_EQ(to_string(FaultKind::kill), "kill");
  EXPECT_EQ(to_string(FaultKind::lose_disk), "lose_disk");
  EXPECT_EQ(to_string(FaultKind::leave), "leave");
  EXPECT_EQ(to_string(FaultKind::heal), "heal");
}

}  // namespace
}  // namespace bsn
