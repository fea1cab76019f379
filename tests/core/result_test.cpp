#include "core/result.h"

#include <gtest/gtest.h>

#include "core/machine.h"

namespace bsn {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{ErrorCode::invalid_configuration, "odd"};
  return n / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(*half(4), 2);
  EXPECT_FALSE(half(3).ok());
  EXPECT_EQ(half(3).error().message, "odd");
}

TEST(ResultDeathTest, AskingForAMissingValueEndsTheProcess) {
  EXPECT_DEATH((void)half(3).value(), "Result holds an error: odd");
}

// The smallest machine: an alarm clock.
struct Alarm {
  std::optional<Instant> due;
  void step(Instant now, const Duration& in, std::vector<int>&) { due = now + in; }
  void advance_to(Instant now, std::vector<int>& out) {
    if (due && *due <= now) {
      out.push_back(1);
      due.reset();
    }
  }
  std::optional<Instant> next_wakeup() const { return due; }
};
static_assert(Machine<Alarm, Duration, int>);

TEST(Machine, FiresWhatIsDueWhenToldTheTime) {
  Alarm alarm;
  std::vector<int> out;
  alarm.step(Instant{10}, Duration{5}, out);
  alarm.advance_to(Instant{14}, out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(alarm.next_wakeup(), Instant{15});
  alarm.advance_to(Instant{15}, out);
  EXPECT_EQ(out.size(), 1U);
  EXPECT_EQ(alarm.next_wakeup(), std::nullopt);
}

}  // namespace
}  // namespace bsn
