#include "sim/live/step_journal.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "loop/temporary_folder.h"
#include "sim/scenario_file.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

using Kind = LifeStep::Kind;

ClusterStart small_cluster() { return {load_topology("configs/topologies/small.yaml").value(), 7, Durability::os}; }

TEST(StepJournal, RemembersHowTheClusterWasStartedAndEveryStep) {
  const TemporaryFolder folder;
  ASSERT_TRUE(StepJournal::begin(folder.path(), small_cluster()));
  {
    auto journal = StepJournal::open(folder.path());
    ASSERT_TRUE(journal) << journal.error().message;
    EXPECT_TRUE(journal->steps().empty());
    ASSERT_TRUE(journal->append(LifeStep{Kind::commission, "changde"}));
    ASSERT_TRUE(journal->append(LifeStep{Kind::to_leave, "hangzhou"}));
  }
  const auto again = StepJournal::open(folder.path());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->start().seed, 7u);
  EXPECT_EQ(again->start().durability, Durability::os);
  EXPECT_EQ(dump_json(again->start().topology), dump_json(small_cluster().topology));
  ASSERT_EQ(again->steps().size(), 2u);
  EXPECT_EQ(std::get<LifeStep>(again->steps()[0]).city, "changde");
  EXPECT_EQ(std::get<LifeStep>(again->steps()[1]).kind, Kind::to_leave);
}

TEST(StepJournal, RemembersWhatBecameOfServices) {
  const TemporaryFolder folder;
  ASSERT_TRUE(StepJournal::begin(folder.path(), small_cluster()));
  ServiceOrder order;
  order.id = "land-registry";
  order.framework = "fabric";
  order.validators = {"guangzhou", "hangzhou", "ningbo"};
  order.followers = {"beijing"};
  order.capacity.calls_per_second = 12.5;
  order.contracts = {"kv"};
  {
    auto journal = StepJournal::open(folder.path());
    ASSERT_TRUE(journal) << journal.error().message;
    ASSERT_TRUE(journal->append(ServiceStep{ServiceStep::Kind::deploy, order.id, order, {}, {}}));
    ASSERT_TRUE(journal->append(ServiceStep{ServiceStep::Kind::started, order.id, {}, {}, {}}));
    ASSERT_TRUE(journal->append(ServiceStep{ServiceStep::Kind::upgrade, order.id, {}, {{20, 0, 0}, {"asset"}}, {}}));
  }
  const auto again = StepJournal::open(folder.path());
  ASSERT_TRUE(again) << again.error().message;
  Topology topology = again->start().topology;
  for (const ClusterStep& step : again->steps()) topology = take(topology, step).value();
  const Service& service = topology.services.front();
  EXPECT_EQ(service.version, 2u);
  EXPECT_EQ(service.capacity.calls_per_second, 20);
  EXPECT_EQ(service.capacity.storage, small_service.storage);
  EXPECT_EQ(service.contracts, std::vector<std::string>{"asset"});
  EXPECT_EQ(topology.chains.back().followers, order.followers);
  EXPECT_EQ(topology.chains.back().state, RouteState::open);
}

TEST(StepJournal, BelongsToOneProcessAtATime) {
  const TemporaryFolder folder;
  ASSERT_TRUE(StepJournal::begin(folder.path(), small_cluster()));
  const auto first = StepJournal::open(folder.path());
  ASSERT_TRUE(first) << first.error().message;
  const auto second = StepJournal::open(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::already_running);
}

TEST(StepJournal, OneThatWasTamperedWithIsRefused) {
  const TemporaryFolder folder;
  ASSERT_TRUE(StepJournal::begin(folder.path(), small_cluster()));
  write_text(folder / "journal", text_of(folder / "journal") + " ");
  const auto journal = StepJournal::open(folder.path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace bsn
