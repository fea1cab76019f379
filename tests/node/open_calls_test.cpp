#include "node/open_calls.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

OpenCall call(std::uint64_t id, const std::string& transaction, std::int64_t deadline) {
  return {CallId{id}, sha256(transaction), Instant{0}, Duration{0}, Instant{deadline}};
}

std::vector<std::uint64_t> ids(const std::vector<OpenCall>& calls) {
  std::vector<std::uint64_t> made;
  for (const OpenCall& one : calls) made.push_back(one.id.value);
  return made;
}

TEST(OpenCalls, EachLeavesOnceWithItsTransactionItsDeadlineOrItsCaller) {
  OpenCalls calls(10);
  calls.add(call(1, "a", 100));
  calls.add(call(2, "a", 50));
  calls.add(call(3, "b", 60));
  calls.add(call(4, "a", 70));
  calls.cancel(CallId{4});
  calls.cancel(CallId{4});
  EXPECT_EQ(calls.next_deadline(), Instant{50});
  EXPECT_EQ(ids(calls.take_expired(Instant{60})), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_FALSE(calls.waits_for(sha256("b")));
  EXPECT_TRUE(calls.waits_for(sha256("a")));
  EXPECT_EQ(ids(calls.take(sha256("a"))), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(calls.size(), 0U);
  EXPECT_EQ(calls.next_deadline(), std::nullopt);
}

TEST(OpenCalls, AreFullAtTheirBound) {
  OpenCalls calls(1);
  EXPECT_FALSE(calls.full());
  calls.add(call(1, "a", 1));
  EXPECT_TRUE(calls.full());
}

}  // namespace
}  // namespace bsn
