#include "gateway/split_account.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using test::at;

constexpr CallTimes times{{1'000}, {1'200}, {1'500}};

TEST(CallSplit, NamesEveryPartWhereTheClockIsShared) {
  CallSplit node;
  node.node_queue = nanoseconds(50);
  node.consensus = nanoseconds(4'000);
  const CallSplit split = split_of_answer(times, Instant{10'000}, node, Instant{2'500});
  EXPECT_EQ(split.gateway_queue, nanoseconds(200));
  EXPECT_EQ(split.route, nanoseconds(300));
  EXPECT_EQ(split.wire, nanoseconds(1'000));
  EXPECT_EQ(split.node_queue, nanoseconds(50));
  EXPECT_EQ(split.consensus, nanoseconds(4'000));
  EXPECT_EQ(split.back, nanoseconds(3'450));
  EXPECT_EQ(split.total(), nanoseconds(9'000));
}

TEST(CallSplit, WithoutACommonClockWireAndReturnShareTheRest) {
  CallSplit node;
  node.consensus = nanoseconds(4'499);
  const CallSplit split = split_of_answer(times, Instant{10'000}, node, std::nullopt);
  EXPECT_EQ(split.wire, nanoseconds(2'000));
  EXPECT_EQ(split.back, nanoseconds(2'001));
  EXPECT_EQ(split.total(), nanoseconds(9'000));
}

TEST(CallSplit, WithoutAnAnswerTheTimeOutIsWireOrRoute) {
  EXPECT_EQ(split_without_answer(times, Instant{10'000}, true).wire, nanoseconds(8'500));
  EXPECT_EQ(split_without_answer(times, Instant{10'000}, true).total(), nanoseconds(9'000));
  EXPECT_EQ(split_without_answer(times, Instant{10'000}, false).route, nanoseconds(8'800));
  EXPECT_EQ(split_without_answer(times, Instant{10'000}, false).total(), nanoseconds(9'000));
}

// Whatever a node claims: no part is negative and the sum is the time that the call took.
TEST(CallSplit, AlwaysSumsExactlyAndIsNeverNegative) {
  Random random(11);
  const auto any = [&] { return nanoseconds(static_cast<std::int64_t>(random.below(4'000'000)) - 1'000'000); };
  for (int i = 0; i < 100'000; ++i) {
    CallTimes t;
    t.received = at(seconds(1));
    t.taken = t.received + nanoseconds(static_cast<std::int64_t>(random.below(1000)));
    t.sent = t.taken + nanoseconds(static_cast<std::int64_t>(random.below(1000)));
    const Instant now = t.sent + nanoseconds(static_cast<std::int64_t>(random.below(2'000'000)));
    CallSplit node;
    node.node_queue = any();
    node.consensus = any();
    std::optional<Instant> received;
    if (random.chance(0.5)) received = t.sent + any();
    const CallSplit split = split_of_answer(t, now, node, received);
    ASSERT_EQ(split.total(), now - t.received);
    for (const Duration part :
         {split.gateway_queue, split.route, split.wire, split.node_queue, split.consensus, split.back}) {
      ASSERT_GE(part, Duration{});
    }
  }
}

}  // namespace
}  // namespace bsn
