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
  CallTable table(10);
  OpenGatewayCall& call = table.add(open_call(7, test::at(seconds(1))));
  const AttemptId first = table.next_attempt(call);
  EXPECT_EQ(table.find(CallId{7}), &call);
  EXPECT_EQ(table.find(first), &call);
  const AttemptId second = table.next_attempt(call);
  EXPECT_EQ(table.find(first), nullptr) << "an answer to a given-up attempt finds nothing";
  EXPECT_EQ(table.find(second), &call);
}

TEST(CallTable, AnAnswerToAnEndedCallDoesNotHitTheNextOneInItsSlot) {
  CallTable table(1);
  OpenGatewayCall& first = table.add(open_call(1, test::at(seconds(1))));
  const AttemptId old = table.next_attempt(first);
  table.remove(first);
  OpenGatewayCall& second = table.add(open_call(2, test::at(seconds(1))));
  table.next_attempt(second);
  EXPECT_EQ(table.find(old), nullptr);
  EXPECT_TRUE(table.full());
}

TEST(CallTable, NumbersFromNowhereFindNothing) {
  CallTable table(10);
  EXPECT_EQ(table.find(AttemptId{0}), nullptr);
  EXPECT_EQ(table.find(AttemptId{UINT64_MAX}), nullptr);
  EXPECT_EQ(table.find(CallId{1}), nullptr);
  EXPECT_EQ(table.first_due(), nullptr);
}

// Against a plain sorted map: additions and removals in any order leave the same first deadline.
TEST(CallTable, KnowsTheNextDeadlineThroughAnyComingAndGoing) {
  Random random(5);
  CallTable table(500);
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
    ASSERT_EQ(table.first_deadline(), first);
    ASSERT_EQ(table.size(), model.size());
  }
}

}  // namespace
}  // namespace bsn
