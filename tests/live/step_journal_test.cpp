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
    ASSERT_TRUE(journal->append({Kind::commission, "changde"}));
    ASSERT_TRUE(journal->append({Kind::to_leave, "hangzhou"}));
  }
  const auto again = StepJournal::open(folder.path());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->start().seed, 7u);
  EXPECT_EQ(again->start().durability, Durability::os);
  EXPECT_EQ(dump_json(again->start().topology), dump_json(small_cluster().topology));
  ASSERT_EQ(again->steps().size(), 2u);
  EXPECT_EQ(again->steps()[0].city, "changde");
  EXPECT_EQ(again->steps()[1].kind, Kind::to_leave);
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
