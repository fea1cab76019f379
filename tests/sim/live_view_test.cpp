#include "sim/live_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/run_view.h"

namespace bsn {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

LiveView some_view() {
  LiveView view;
  view.title = "small, in virtual time";
  view.phase = "round mixed (1/2)";
  view.done = 0.5;
  view.time = "14/28 s, 7 s left";
  view.counts = "sent 30 ok 28 failed 2 open 0";
  view.tps = 15;
  view.p50 = milliseconds(58);
  view.p99 = milliseconds(1047);
  view.networks = {{"fabric", 20, 18, 2, milliseconds(9), milliseconds(1047)}, {"neo", 10, 10, 0, {}, {}}};
  view.slowest = {{"singapore", 7, microseconds(91'200)}};
  return view;
}

TEST(LiveView, ShowsRateLatencyNetworksAndTheSlowestCities) {
  EXPECT_THAT(
      live_lines(some_view(), {80, 24}, false),
      ElementsAre("small, in virtual time", "[############............]  50%  round mixed (1/2)  14/28 s, 7 s left",
                  "15/s  p50 58.0 ms  p99 1047 ms  sent 30 ok 28 failed 2 open 0", "",
                  "Network  Calls  OK  Failed  p50 ms  p99 ms", "fabric      20  18       2    9.00    1047",
                  "neo         10  10       0       -       -", "", "Slowest cities  Calls  Way and queues, ms",
                  "singapore           7                91.2"));
}

TEST(LiveView, APhaseWithoutNumbersIsALineOfItsOwn) {
  LiveView view;
  view.title = "small, live";
  view.phase = "starting 136 city nodes";
  EXPECT_THAT(live_lines(view, {80, 24}, false), ElementsAre("small, live", "starting 136 city nodes"));
}

TEST(LiveView, NoLineIsWiderThanTheTerminal) {
  LiveView view = some_view();
  view.title = std::string(300, 'x');
  view.networks[0].name = std::string(300, 'n');
  for (const std::size_t columns : {0U, 1U, 7U, 40U, 79U}) {
    EXPECT_THAT(live_lines(view, {columns, 24}, false), Each(SizeIs(testing::Le(columns)))) << columns;
  }
}

TEST(LiveView, OneRowIsLeftForTheCursorAndWhatIsLeftOutIsSaid) {
  LiveView view = some_view();
  view.networks.assign(18, {"fabric", 1, 1, 0, {}, {}});
  view.slowest.assign(5, {"singapore", 7, milliseconds(91)});
  for (std::size_t rows = 1; rows < 40; ++rows) {
    EXPECT_LE(live_lines(view, {80, rows}, false).size(), std::max<std::size_t>(1, rows - 1)) << rows;
  }
  const std::vector<std::string> lines = live_lines(view, {80, 20}, false);
  EXPECT_THAT(lines, testing::Contains("... and 12 more networks"));
  EXPECT_THAT(lines, testing::Contains(StartsWith("Slowest cities")));
  EXPECT_THAT(lines, SizeIs(19));
  EXPECT_THAT(live_lines(view, {80, 12}, false), Not(testing::Contains(StartsWith("Slowest cities"))));
}

TEST(LiveView, ColoursAreEndedInTheirLineAndFailuresStandOut) {
  const std::vector<std::string> lines = live_lines(some_view(), {80, 24}, true);
  EXPECT_EQ(lines[0], "\x1b[1msmall, in virtual time\x1b[0m");
  EXPECT_THAT(lines[5], AllOf(StartsWith("\x1b[31mfabric"), testing::EndsWith("\x1b[0m")));
  EXPECT_THAT(lines[6], Not(HasSubstr("\x1b")));
  EXPECT_THAT(live_lines(some_view(), {80, 24}, false), Each(Not(HasSubstr("\x1b"))));
}

TEST(LiveView, NoNameCanSteerTheTerminal) {
  LiveView view = some_view();
  view.title = view.phase = view.networks[0].name = view.slowest[0].name = "a\x1b[2J\r\n\xc2\x9b<script>\xff";
  for (const std::string& line : live_lines(view, {80, 24}, false)) {
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << line;
    EXPECT_THAT(line, Not(HasSubstr("\xc2\x9b")));
  }
}

TEST(LiveView, CutsBetweenCharactersAndMarksIt) {
  EXPECT_EQ(fitted("abc", 3), "abc");
  EXPECT_EQ(fitted("abcd", 3), "ab~");
  EXPECT_EQ(fitted("abcd", 0), "");
  EXPECT_EQ(fitted("caf\xc3\xa9s", 4), "caf~");
  EXPECT_EQ(fitted("caf\xc3\xa9", 4), "caf\xc3\xa9");
  EXPECT_EQ(fitted("北京市", 6), "北京市");
  EXPECT_EQ(fitted("北京市", 5), "北京~");
  EXPECT_EQ(fitted("北京市", 4), "北~");
}

TEST(LiveView, IsDrawnOverTheOneBefore) {
  EXPECT_EQ(redrawn(0, {"a", "b"}), "\ra\x1b[K\nb\x1b[K\n\x1b[J");
  EXPECT_EQ(redrawn(3, {"c"}), "\r\x1b[3Ac\x1b[K\n\x1b[J");
}

// ---- a run's progress as a view ----

RunProgress some_progress() {
  RunProgress progress;
  progress.phase = "round mixed (1/1)";
  progress.elapsed_s = 7;
  progress.total_s = 28;
  progress.sent = 30;
  progress.succeeded = 28;
  progress.failed = 2;
  progress.tps = 4;
  progress.p99 = milliseconds(964);
  progress.networks = {{"fabric", 30, 28, 2, milliseconds(9), milliseconds(964)}};
  progress.slowest = {{"singapore", 7, milliseconds(91)}};
  return progress;
}

TEST(RunView, WhatIsLeftGoesAsFastAsWhatIsDone) {
  EXPECT_EQ(seconds_left(some_progress(), 2), 6);
  EXPECT_EQ(seconds_left(some_progress(), 0), std::nullopt);
  EXPECT_EQ(seconds_left({}, 2), std::nullopt);
}

TEST(RunView, CarriesTheFiguresOfTheRun) {
  const LiveView view = view_of(some_progress(), "small, live", 2);
  EXPECT_EQ(view.done, 0.25);
  EXPECT_EQ(view.time, "7/28 s, 6 s left");
  EXPECT_EQ(view.counts, "sent 30 ok 28 failed 2 open 0");
  EXPECT_TRUE(view.trouble);
  ASSERT_EQ(view.networks.size(), 1U);
  EXPECT_EQ(view.networks[0].p99, milliseconds(964));
  ASSERT_EQ(view.slowest.size(), 1U);
  EXPECT_EQ(view.slowest[0].name, "singapore");
}

TEST(RunView, IsOneLineWhereThereIsNoTerminal) {
  EXPECT_EQ(progress_text(some_progress(), 2),
            "25%  round mixed (1/1)  7/28 s, 6 s left | sent 30 ok 28 failed 2 open 0 | 4/s, p99 964 ms");
  RunProgress starting;
  starting.phase = "starting 136 city nodes";
  EXPECT_EQ(progress_text(starting, 0), "starting 136 city nodes");
}

}  // namespace
}  // namespace bsn
