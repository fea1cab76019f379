#include "node/raft_progress.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

using State = RaftProgress::State;

TEST(RaftProgress, ProbesOneAppendAtATimeUntilTheLogsAgree) {
  RaftProgress progress(10, Instant{});
  EXPECT_EQ(progress.next(), 11u);
  progress.sent(14);
  EXPECT_FALSE(progress.may_send());
  EXPECT_TRUE(progress.accepted(14));
  EXPECT_EQ(progress.state(), State::replicate);
  EXPECT_EQ(progress.next(), 15u);
}

TEST(RaftProgress, SendsAheadUpToItsWindow) {
  RaftProgress progress(0, Instant{});
  progress.accepted(0);
  for (std::uint64_t i = 1; i <= RaftProgress::window; ++i) {
    EXPECT_TRUE(progress.may_send());
    progress.sent(i);
  }
  EXPECT_FALSE(progress.may_send());
  progress.accepted(1);
  EXPECT_TRUE(progress.may_send());
}

TEST(RaftProgress, ARefusalSendsItBackToTheHint) {
  RaftProgress progress(10, Instant{});
  EXPECT_TRUE(progress.refused(4, 0));
  EXPECT_EQ(progress.next(), 5u);
  EXPECT_EQ(progress.state(), State::probe);
}

TEST(RaftProgress, NeverGoesBackBehindWhatIsProven) {
  RaftProgress progress(10, Instant{});
  progress.accepted(8);
  progress.sent(12);
  EXPECT_TRUE(progress.refused(2, 0));
  EXPECT_EQ(progress.next(), 9u);
}

TEST(RaftProgress, StartsOverWithAFollowerThatLostItsDisk) {
  RaftProgress progress(10, Instant{});
  progress.accepted(8);
  progress.sent(12);
  EXPECT_TRUE(progress.refused(0, 0));  // might be an old message: once more from what is proven
  EXPECT_TRUE(progress.refused(0, 0));
  EXPECT_EQ(progress.next(), 1u);
  EXPECT_EQ(progress.match(), 0u);
}

TEST(RaftProgress, IgnoresARefusalThatIsOlderThanItsGuess) {
  RaftProgress progress(10, Instant{});
  progress.refused(4, 0);
  EXPECT_FALSE(progress.refused(4, 0));
  EXPECT_FALSE(progress.refused(7, 0));
}

TEST(RaftProgress, WhileInstallingARefusalCountsOnlyBehindTheBase) {
  RaftProgress progress(10, Instant{});
  progress.installing();
  EXPECT_FALSE(progress.may_send());
  EXPECT_FALSE(progress.refused(3, 20));
  EXPECT_TRUE(progress.refused(25, 20));
  EXPECT_EQ(progress.next(), 26u);
}

TEST(RaftProgress, AnOldAcknowledgementIsNoNews) {
  RaftProgress progress(0, Instant{});
  EXPECT_TRUE(progress.accepted(5));
  EXPECT_FALSE(progress.accepted(3));
  EXPECT_EQ(progress.match(), 5u);
}

}  // namespace
}  // namespace bsn
