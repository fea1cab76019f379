#include "node/raft_log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace bsn {
namespace {

ProposalPtr proposal(Height height, std::uint32_t bytes = 0) {
  auto made = std::make_shared<Proposal>();
  made->height = height;
  made->time = Instant{static_cast<std::int64_t>(height)};
  if (bytes > 0) {
    auto transaction = std::make_shared<Transaction>();
    transaction->size = bytes;
    made->transactions.push_back(transaction);
  }
  return made;
}

// One entry per term given, from index 1; 0 stands for nothing. All are proposals.
RaftLog log_of(const std::vector<std::uint64_t>& terms) {
  RaftLog log;
  for (const std::uint64_t term : terms) log.append(term, proposal(log.last_height() + 1));
  return log;
}

std::vector<std::uint64_t> terms_of(const RaftLog& log) {
  std::vector<std::uint64_t> terms;
  for (std::uint64_t i = log.base().index + 1; i <= log.last_index(); ++i) terms.push_back(log.at(i).term);
  return terms;
}

RaftEntry entry(std::uint64_t index, std::uint64_t term, Height height) {
  return {term, index, height > 0 ? proposal(height) : nullptr};
}

using Terms = std::vector<std::uint64_t>;

TEST(RaftLog, StartsEmptyBehindIndexZero) {
  const RaftLog log;
  EXPECT_EQ(log.last_index(), 0u);
  EXPECT_EQ(log.last_term(), 0u);
  EXPECT_EQ(log.term_at(0), 0u);
  EXPECT_EQ(log.term_at(1), std::nullopt);
}

TEST(RaftLog, CountsHeightsByProposalsAndNotByNoOps) {
  RaftLog log;
  log.append(1, nullptr);
  log.append(1, proposal(1));
  log.append(2, nullptr);
  log.append(2, proposal(2));
  EXPECT_EQ(log.height_at(1), 0u);
  EXPECT_EQ(log.height_at(3), 1u);
  EXPECT_EQ(log.last_height(), 2u);
}

TEST(RaftLog, ComparesCandidatesByLastTermThenByLength) {  // section 5.4.1
  const RaftLog log = log_of({1, 2, 2});
  EXPECT_TRUE(log.not_ahead_of(3, 2));
  EXPECT_TRUE(log.not_ahead_of(1, 3));
  EXPECT_FALSE(log.not_ahead_of(9, 1));
  EXPECT_FALSE(log.not_ahead_of(2, 2));
}

TEST(RaftLog, SendsTheLeaderBehindTheWholeConflictingTerm) {  // end of section 5.3
  const RaftLog log = log_of({1, 4, 4, 4});
  EXPECT_EQ(log.before_conflict(4), 1u);
  EXPECT_EQ(log.before_conflict(9), 4u);
}

TEST(RaftLog, KeepsEntriesThatAreThereAlready) {  // AppendEntries may come twice or out of order
  RaftLog log = log_of({1, 1, 1});
  const auto fresh = log.take({entry(1, 1, 1), entry(2, 1, 2)}, 0);
  ASSERT_TRUE(fresh);
  EXPECT_TRUE(fresh->empty());
  EXPECT_EQ(terms_of(log), (Terms{1, 1, 1}));
}

TEST(RaftLog, RemovesAConflictingEntryAndAllThatFollow) {  // AppendEntries step 3
  RaftLog log = log_of({1, 1, 1, 1});
  const auto fresh = log.take({entry(2, 1, 2), entry(3, 2, 3)}, 0);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->size(), 1u);
  EXPECT_EQ(terms_of(log), (Terms{1, 1, 2}));
}

TEST(RaftLog, NeverTouchesWhatIsSettled) {
  RaftLog log = log_of({1, 1, 1});
  const auto fresh = log.take({entry(2, 9, 2), entry(3, 9, 3)}, 3);
  ASSERT_TRUE(fresh);
  EXPECT_TRUE(fresh->empty());
  EXPECT_EQ(terms_of(log), (Terms{1, 1, 1}));
}

TEST(RaftLog, RefusesEntriesThatDoNotContinueIt) {
  RaftLog log = log_of({1, 1});
  EXPECT_FALSE(log.take({entry(4, 1, 4)}, 0));                  // a gap in the indices
  EXPECT_FALSE(log.take({entry(3, 1, 4)}, 0));                  // a gap in the heights
  EXPECT_FALSE(log.take({entry(3, 1, 3), entry(5, 1, 4)}, 0));  // a gap between themselves
  EXPECT_EQ(terms_of(log), (Terms{1, 1}));
}

TEST(RaftLog, SlicesWithinItsLimitsButNeverToNothing) {
  RaftLog log;
  for (Height h = 1; h <= 4; ++h) log.append(1, proposal(h, 100));
  EXPECT_EQ(log.slice(1, {64, 250}).size(), 2u);
  EXPECT_EQ(log.slice(1, {3, 1000}).size(), 3u);
  EXPECT_EQ(log.slice(2, {64, 10}).size(), 1u);
  EXPECT_TRUE(log.slice(5, {}).empty());
}

TEST(RaftLog, RemembersTheEntryBehindWhichItIsTrimmed) {
  RaftLog log = log_of({1, 2, 3});
  log.trim_to(2);
  EXPECT_EQ(log.base().index, 2u);
  EXPECT_EQ(log.base().term, 2u);
  EXPECT_EQ(log.base().height, 2u);
  EXPECT_EQ(log.term_at(2), 2u);
  EXPECT_EQ(log.term_at(1), std::nullopt);
  EXPECT_EQ(log.last_height(), 3u);
}

TEST(RaftLog, KeepsWhatFollowsAnInstalledEntryThatItHas) {  // section 7
  RaftLog log = log_of({1, 2, 2, 3});
  log.reset_to({3, 2, 3});
  EXPECT_EQ(terms_of(log), (Terms{3}));
}

TEST(RaftLog, DropsEverythingWhenTheInstalledEntryIsNotItsOwn) {  // section 7
  RaftLog log = log_of({1, 2, 2, 2});
  log.reset_to({3, 5, 3});
  EXPECT_TRUE(terms_of(log).empty());
  EXPECT_EQ(log.last_index(), 3u);
}

// A crash may leave the trim on disk and the dropped entries with it.
TEST(RaftLog, DropsAStoredRestThatContradictsTheTrim) {
  const RaftLog log(RaftLogTrim{3, 5, 3}, {entry(4, 2, 4), entry(5, 2, 5)});
  EXPECT_TRUE(terms_of(log).empty());
  EXPECT_EQ(log.last_term(), 5u);
}

// Log matching, section 5.3: whoever takes a leader's entries from where both agree ends up with the leader's log.
RC_GTEST_PROP(RaftLog, TakingALeadersEntriesMakesTheLogsEqual, ()) {
  const auto common = *rc::gen::inRange<std::uint64_t>(0, 10);
  const auto own = *rc::gen::inRange<std::uint64_t>(0, 10);
  const auto leaders = *rc::gen::inRange<std::uint64_t>(1, 10);
  RaftLog follower = log_of(Terms(common, 1));
  RaftLog leader = follower;
  for (std::uint64_t i = 0; i < own; ++i) follower.append(2, proposal(follower.last_height() + 1));
  for (std::uint64_t i = 0; i < leaders; ++i) leader.append(3, proposal(leader.last_height() + 1));
  const auto from = *rc::gen::inRange<std::uint64_t>(1, common + 2);
  RC_ASSERT(follower.take(leader.slice(from, {}), common));
  RC_ASSERT(terms_of(follower) == terms_of(leader));
}

// The back-tracking ends: every refusal points further back than what was refused.
RC_GTEST_PROP(RaftLog, EveryConflictPointsFurtherBack, ()) {
  RaftLog log;
  std::uint64_t term = 1;
  for (const auto step : *rc::gen::container<std::vector<int>>(20, rc::gen::inRange(0, 3))) {
    term += static_cast<std::uint64_t>(step);
    log.append(term, proposal(log.last_height() + 1));
  }
  const auto previous = *rc::gen::inRange<std::uint64_t>(1, 30);
  RC_ASSERT(log.before_conflict(previous) < previous);
}

// What is trimmed changes nothing about the rest.
RC_GTEST_PROP(RaftLog, TrimmingHidesOnlyWhatIsBeforeIt, ()) {
  const RaftLog whole = log_of({1, 1, 2, 2, 5, 5, 5, 9});
  RaftLog trimmed = whole;
  const auto index = *rc::gen::inRange<std::uint64_t>(0, 9);
  trimmed.trim_to(index);
  for (std::uint64_t i = index; i <= whole.last_index(); ++i) {
    RC_ASSERT(trimmed.term_at(i) == whole.term_at(i));
    RC_ASSERT(trimmed.height_at(i) == whole.height_at(i));
  }
  RC_ASSERT(trimmed.last_index() == whole.last_index());
}

}  // namespace
}  // namespace bsn
