#include "gateway/serve/gathered_messages.h"

#include <gtest/gtest.h>

#include "proto/city_node.pb.h"

namespace bsn {
namespace {

using Gathered = GatheredMessages<v1::NodeCalls>;

void add(Gathered& gathered, std::uint64_t first, int count, std::size_t bytes = 10) {
  for (int i = 0; i < count; ++i) gathered.room_for(bytes).add_cancelled(first++);
}

std::vector<int> sizes(Gathered& gathered) {
  std::vector<int> found;
  for (; !gathered.empty(); gathered.pop()) found.push_back(gathered.front().cancelled_size());
  return found;
}

TEST(GatheredMessages, ManyItemsShareAMessageButNoMoreThan1024) {
  Gathered gathered;
  add(gathered, 0, 2'500);
  EXPECT_EQ(sizes(gathered), (std::vector{1024, 1024, 452}));
}

TEST(GatheredMessages, LargeItemsGetMessagesOfTheirOwn) {
  Gathered gathered;
  add(gathered, 0, 3, 1'500'000);
  EXPECT_EQ(sizes(gathered), (std::vector{1, 1, 1}));
}

}  // namespace
}  // namespace bsn
