#include "gateway/call_table.h"

#include <gtest/gtest.h>

#include <map>

#include "core/random.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

OpenGatewayCall open_call(std::uint64_t id, Instant deadline) {
  OpenGatewayCall call;
  call.id = {id};
  call.deadline = deadline;
  return call;
}

TEST(CallTable, FindsACallByItsIdAndByTheAttemptThatIsOut) {
  CallTable table(10, 3);
  OpenGatewayCall& call = table.add(open_call(7, test::at(seconds(1))));
  const AttemptId first = table.begin_attempt(call, {1}, {}, {});
  EXPECT_EQ(table.find(CallId{7}), &call);
  EXPECT_EQ(table.find(first), &call);
  const AttemptId second = table.begin_attempt(call, {2}, {}, {});
  EXPECT_EQ(table.find(first), &call);
  EXPECT_EQ(table.find(second), &call);
  EXPECT_EQ(table.end_attempt(call, first).city, CityIndex{1});
  EXPECT_EQ(table.find(first), nullptr) << "an answer to an ended attempt finds nothing";
  EXPECT_TRUE(call.waits()) << "the other one is out";
}

TEST(CallTable, CountsTheAttemptsThatAreOutInACity) {
  CallTable table(10, 3);
  OpenGatewayCall& call = table.add(open_call(1, test::at(seconds(1))));
  const AttemptId first = table.begin_attempt(call, {1}, {}, {});
  table.begin_attempt(call, {2}, {}, {});
  OpenGatewayCall& other = table.add(open_call(2, test::at(seconds(1))));
  table.begin_attempt(other, {2}, {}, {});
  EXPECT_EQ(table.open_at({1}), 1u);
  EXPECT_EQ(table.open_at({2}), 2u);
  EXPECT_EQ(table.attempts_at({2}).size(), 2u);
  table.end_attempt(*table.find(first), first);
  EXPECT_EQ(table.open_at({1}), 0u);
  table.remove(*table.find(CallId{2}));
  EXPECT_EQ(table.open_at({2}), 1u);
  table.remove(*table.find(CallId{1}));
  EXPECT_EQ(table.open_at({2}), 0u);
}

TEST(CallTable, LooksAtEachCallOnceAndInOrderOfTime) {
  CallTable table(10, 3);
  for (std::uint64_t id = 1; id <= 3; ++id) table.add(open_call(id, test::at(seconds(9))));
  table.look_at(*table.find(CallId{1}), test::at(milliseconds(30)));
  table.look_at(*table.find(CallId{2}), test::at(milliseconds(10)));
  table.look_at(*table.find(CallId{3}), test::at(milliseconds(20)));
  EXPECT_EQ(table.next_due(), test::at(milliseconds(10)));
  table.remove(*table.find(CallId{3}));
  EXPECT_EQ(table.take_look_due(test::at(milliseconds(9))), nullptr);
  EXPECT_EQ(table.take_look_due(test::at(milliseconds(50)))->id, CallId{2});
  EXPECT_EQ(table.take_look_due(test::at(milliseconds(50)))->id, CallId{1});
  EXPECT_EQ(table.take_look_due(test::at(milliseconds(50))), nullptr);
  EXPECT_EQ(table.next_due(), test::at(seconds(9))) << "what is left is the deadline";
}

TEST(CallTable, AnAnswerToAnEndedCallDoesNotHitTheNextOneInItsSlot) {
  CallTable table(1, 3);
  OpenGatewayCall& first = table.add(open_call(1, test::at(seconds(1))));
  const AttemptId old = table.begin_attempt(first, {1}, {}, {});
  table.remove(first);
  OpenGatewayCall& second = table.add(open_call(2, test::at(seconds(1))));
  table.begin_attempt(second, {1}, {}, {});
  EXPECT_EQ(table.find(old), nullptr);
  EXPECT_TRUE(table.full());
}

TEST(CallTable, NumbersFromNowhereFindNothing) {
  CallTable table(10, 3);
  EXPECT_EQ(table.find(AttemptId{0}), nullptr);
  EXPECT_EQ(table.find(AttemptId{UINT64_MAX}), nullptr);
  EXPECT_EQ(table.find(CallId{1}), nullptr);
  EXPECT_EQ(table.first_due(), nullptr);
}

// Against a plain sorted map: additions and removals in any order leave the same first deadline.
TEST(CallTable, KnowsTheNextDeadlineThroughAnyComingAndGoing) {
  Random random(5);
  CallTable table(500, 3);
  std::map<std::uint64_t, Instant> model;
  for (std::uint64_t id = 1; id <= 20'000; ++id) {
    if (!table.full() && random.chance(0.55)) {
      const Instant deadline = test::at(nanoseconds(static_cast<std::int64_t>(random.below(1000))));
      table.add(open_call(id, deadline));
      model[id] = deadline;
    } else if (!model.empty()) {
      const auto gone = std::next(model.begin(), static_cast<std::ptrdiff_t>(random.below(model.size())));
      table.remove(*table.find(CallId{gone->first}));
      model.erase(gone);
    }
    std::optional<Instant> first;
    for (const auto& [call, deadline] : model) first = earlier(first, deadline);
    ASSERT_EQ(table.next_due(), first);
    ASSERT_EQ(table.size(), model.size());
  }
}

}  // namespace
}  // namespace bsn
