#include "loop/delay_line.h"

#include <gtest/gtest.h>

#include <string>

namespace bsn {
namespace {

std::string taken(DelayLine<int, char>& line, Instant now) {
  std::vector<DelayLine<int, char>::Held> due;
  line.take_due(now, due);
  std::string text;
  for (const auto& held : due) text += held.value;
  return text;
}

TEST(DelayLine, GivesAValueBackWhenItIsDueAndNotBefore) {
  DelayLine<int, char> line;
  line.hold(1, {10}, 'a');
  EXPECT_EQ(line.next_due(), Instant{10});
  EXPECT_EQ(taken(line, {9}), "");
  EXPECT_EQ(taken(line, {10}), "a");
  EXPECT_EQ(line.next_due(), std::nullopt);
}

TEST(DelayLine, KeepsTheOrderOfOneLink) {
  DelayLine<int, char> line;
  line.hold(1, {30}, 'a');
  line.hold(1, {10}, 'b');
  EXPECT_EQ(taken(line, {29}), "");
  EXPECT_EQ(taken(line, {30}), "ab");
}

TEST(DelayLine, DoesNotLetOneLinkHoldUpAnother) {
  DelayLine<int, char> line;
  line.hold(1, {30}, 'a');
  line.hold(2, {10}, 'b');
  EXPECT_EQ(taken(line, {10}), "b");
  EXPECT_EQ(line.size(), 1u);
}

TEST(DelayLine, OrdersEqualDueTimesByArrival) {
  DelayLine<int, char> line;
  for (int i = 0; i < 26; ++i) line.hold(i, {10}, static_cast<char>('a' + i));
  EXPECT_EQ(taken(line, {10}), "abcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace bsn
