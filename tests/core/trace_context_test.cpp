#include "core/trace_context.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string span = "00f067aa0ba902b7";

TEST(TraceContext, ATraceparentComesBackAsItWas) {
  const std::string without_flags = "00-" + trace + "-" + span + "-";
  for (const std::string flags : {"00", "01"}) {
    const std::string value = without_flags + flags;
    const TraceContext read = parse_traceparent(value);
    ASSERT_TRUE(read.there());
    EXPECT_EQ(read.trace[0], 0x4b);
    EXPECT_EQ(read.trace[15], 0x36);
    EXPECT_EQ(read.span, 0x00f067aa0ba902b7u);
    EXPECT_EQ(read.sampled, flags == "01");
    EXPECT_EQ(to_traceparent(read), value);
  }
}

TEST(TraceContext, UnknownFlagsAreNotPassedOn) {
  EXPECT_EQ(to_traceparent(parse_traceparent("00-" + trace + "-" + span + "-ff")), "00-" + trace + "-" + span + "-01");
  EXPECT_EQ(to_traceparent(parse_traceparent("00-" + trace + "-" + span + "-fe")), "00-" + trace + "-" + span + "-00");
}

TEST(TraceContext, ALaterVersionMaySayMoreBehindTheFourFields) {
  const std::string known = trace + "-" + span + "-01";
  EXPECT_TRUE(parse_traceparent("cc-" + known).there());
  EXPECT_TRUE(parse_traceparent("cc-" + known + "-what-comes-later").there());
  EXPECT_EQ(to_traceparent(parse_traceparent("cc-" + known + "-more")), "00-" + known);
  EXPECT_FALSE(parse_traceparent("cc-" + known + ".more").there());
  EXPECT_FALSE(parse_traceparent("00-" + known + "-more").there()) << "version 00 has four fields";
  EXPECT_FALSE(parse_traceparent("ff-" + known).there()) << "that version is forbidden";
}

TEST(TraceContext, WhatIsNotAsW3cHasItIsNobodysTrace) {
  const std::string good = "00-" + trace + "-" + span + "-01";
  ASSERT_TRUE(parse_traceparent(good).there());
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    EXPECT_FALSE(parse_traceparent(good.substr(0, bytes)).there()) << bytes;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = 'G';
    EXPECT_FALSE(parse_traceparent(bad).there()) << bad;
    bad[at] = 'A';
    EXPECT_FALSE(parse_traceparent(bad).there()) << "upper-case digits are forbidden: " << bad;
  }
  EXPECT_FALSE(parse_traceparent("00-" + std::string(32, '0') + "-" + span + "-01").there());
  EXPECT_FALSE(parse_traceparent("00-" + trace + "-" + std::string(16, '0') + "-01").there());
}

}  // namespace
}  // namespace bsn
