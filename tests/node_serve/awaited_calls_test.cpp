#include "node/serve/awaited_calls.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TEST(AwaitedCalls, BeyondTheBoundCallersAreToldWhenToComeAgain) {
  AwaitedCalls calls(2);
  const auto first = calls.add({});
  ASSERT_TRUE(first && calls.add({}));
  EXPECT_FALSE(calls.add({}));
  const Reply reply = calls.turned_away();
  EXPECT_EQ(reply.status, Status::resource_exhausted);
  EXPECT_GT(reply.retry_after, Duration{});
  calls.take(*first);
  EXPECT_TRUE(calls.add({})) << "an answered call makes room";
}

TEST(AwaitedCalls, AfterTheEndCallersAreSentAway) {
  AwaitedCalls calls;
  const auto open = calls.add({nullptr, 7, {}});
  calls.close();
  EXPECT_FALSE(calls.add({}));
  EXPECT_EQ(calls.turned_away().status, Status::unavailable);
  EXPECT_EQ(calls.turned_away().reason, Reason::stopping);
  const auto taken = calls.take(*open);
  ASSERT_TRUE(taken) << "what is open may still be answered";
  EXPECT_EQ(taken->tag, 7u);
  EXPECT_FALSE(calls.take(*open)) << "but once";
}

}  // namespace
}  // namespace bsn
