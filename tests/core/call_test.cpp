#include "core/call.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

Call good_submit() {
  Call call;
  call.operation = Operation::submit;
  call.chain = {"fabric", "supply-chain"};
  call.contract = "asset";
  call.function = "transfer";
  call.args = {"alice", "bob", "1"};
  call.idempotency_key = "key-1";
  call.level = Level::final_;
  return call;
}

TEST(Call, AnEmptyCallIsNeverValid) { EXPECT_TRUE(validate(Call{}).has_value()); }

TEST(Call, AWellFormedCallIsValid) { EXPECT_EQ(validate(good_submit()), std::nullopt); }

TEST(Call, AWriteNeedsAnIdempotencyKeyAndAReadHasNone) {
  Call call = good_submit();
  call.idempotency_key.clear();
  EXPECT_EQ(validate(call), "idempotency_key is missing");
  call = good_submit();
  call.operation = Operation::query;
  EXPECT_EQ(validate(call), "a query carries no idempotency_key");
}

TEST(Call, LevelsFitTheOperation) {
  Call call = good_submit();
  call.level = Level::local;
  EXPECT_TRUE(validate(call).has_value());
  call.operation = Operation::query;
  call.idempotency_key.clear();
  EXPECT_EQ(validate(call), std::nullopt);
  call.level = Level::accepted;
  EXPECT_TRUE(validate(call).has_value());
  call.level = Level::final_;
  EXPECT_EQ(validate(call), std::nullopt);
}

TEST(Call, NamesAndArgumentsAreBounded) {
  Call call = good_submit();
  call.contract = std::string(65, 'x');
  EXPECT_TRUE(validate(call).has_value());
  call = good_submit();
  call.function = "new\nline";
  EXPECT_TRUE(validate(call).has_value());
  call = good_submit();
  call.args.assign(17, "x");
  EXPECT_TRUE(validate(call).has_value());
  call = good_submit();
  call.args = {std::string(64 * 1024 + 1, 'x')};
  EXPECT_TRUE(validate(call).has_value());
}

// The published contract: exactly these say that a write has had no effect.
TEST(Status, EffectContractIsThePublishedOne) {
  int certain = 0;
  for (int code = 0; code <= 16; ++code) certain += certainly_no_effect(Status(code)) ? 1 : 0;
  EXPECT_EQ(certain, 9);
  EXPECT_FALSE(certainly_no_effect(Status::deadline_exceeded));
  EXPECT_FALSE(certainly_no_effect(Status::unavailable));
  EXPECT_TRUE(certainly_no_effect(Status::already_exists));
}

TEST(Status, EveryCodeLevelAndReasonHasAName) {
  EXPECT_EQ(to_string(Status::unauthenticated), "UNAUTHENTICATED");
  EXPECT_EQ(to_string(Reason::overloaded), "OVERLOADED");
  EXPECT_EQ(to_string(Reason::under_construction), "UNDER_CONSTRUCTION");
  for (const Level level : {Level::accepted, Level::committed, Level::final_, Level::local}) {
    EXPECT_EQ(parse_level(to_string(level)), level);
  }
  EXPECT_EQ(parse_level("forever"), std::nullopt);
}

TEST(CallSplit, PartsAddUp) {
  const CallSplit split{{1}, {2}, {3}, {4}, {5}, {6}};
  EXPECT_EQ(split.total(), Duration{21});
}

}  // namespace
}  // namespace bsn
