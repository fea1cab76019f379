#include "sim/run_recorder.h"

#include <gtest/gtest.h>

#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

constexpr Instant start{seconds(100).ns};

Reply ok() {
  Reply reply;
  reply.city = "north";
  return reply;
}

// One round of the two-city scenario: deadline 2 s, mix entries 0 (transfers) and 1 (reads).
class RunRecorderTest : public testing::Test {
 protected:
  DueCall due(std::uint64_t sequence, Duration at, std::uint32_t mix_entry = 0) {
    DueCall call;
    call.sequence = sequence;
    call.mix_entry = mix_entry;
    call.intended = start + at;
    return call;
  }

  void send(std::uint64_t sequence, Duration at, std::uint32_t mix_entry = 0) {
    recorder.sent(due(sequence, at, mix_entry), start + at);
  }

  void answer(std::uint64_t sequence, Duration at, const Reply& reply = ok()) {
    recorder.answered(sequence, start + at, reply);
  }

  RoundReport finish(Duration at = seconds(12)) { return recorder.finish(start + at); }

  Scenario scenario = two_city_scenario();
  RunRecorder recorder{scenario, 0, start};
};

TEST_F(RunRecorderTest, LatencyCountsFromTheIntendedSend) {
  recorder.sent(due(0, seconds(1)), start + milliseconds(1500));
  answer(0, milliseconds(1600));
  const RoundReport report = finish();
  EXPECT_EQ(report.latency.max(), milliseconds(600));
  EXPECT_EQ(report.lateness.max, milliseconds(500));
}

TEST_F(RunRecorderTest, EachCallIsInOneClass) {
  for (std::uint64_t i = 0; i < 4; ++i) send(i, milliseconds(10) * static_cast<std::int64_t>(i));
  recorder.dropped(due(4, milliseconds(40)));
  answer(0, milliseconds(100));
  answer(2, milliseconds(110), refusal(Status::unavailable, Reason::no_leader, "no leader"));
  EXPECT_EQ(recorder.open(), 2U);
  EXPECT_EQ(recorder.completed(), 2U);
  EXPECT_EQ(recorder.succeeded(), 1U);
  answer(3, milliseconds(120), refusal(Status::unavailable, Reason::no_leader, "no leader"));
  const RoundReport report = finish();
  EXPECT_EQ(report.label, "mixed");
  EXPECT_EQ(report.offered, 5U);
  EXPECT_EQ(report.sent, 4U);
  EXPECT_EQ(report.dropped, 1U);
  EXPECT_EQ(report.succeeded, 1U);
  EXPECT_EQ(report.failed, 2U);
  EXPECT_EQ(report.unfinished, 1U);
  EXPECT_EQ(report.failures, (std::map<std::string, std::uint64_t>{{"UNAVAILABLE/NO_LEADER", 2}}));
}

TEST_F(RunRecorderTest, EveryReasonOfFailureIsCounted) {
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(Reason::peers_disagree); ++i) {
    send(i, milliseconds(10));
    answer(i, milliseconds(20), refusal(Status::unauthenticated, static_cast<Reason>(i + 1), "no"));
  }
  const RoundReport report = finish();
  EXPECT_EQ(report.failures.size(), static_cast<std::size_t>(Reason::peers_disagree));
  EXPECT_EQ(report.failures.at("UNAUTHENTICATED/OVERLOADED"), 1U);
  EXPECT_EQ(report.failures.at("UNAUTHENTICATED/PEERS_DISAGREE"), 1U);
}

TEST_F(RunRecorderTest, UnfinishedCallsEnterTheLatenciesWithTheirDeadline) {
  send(0, Duration{});
  finish(seconds(1));
  RunRecorder other(scenario, 0, start);
  other.sent(due(0, Duration{}), start);
  const RoundReport report = other.finish(start + seconds(20));
  EXPECT_EQ(report.latency.count(), 1U);
  EXPECT_EQ(report.latency.max(), seconds(2));
  EXPECT_EQ(report.mix[0].latency.count(), 1U);
}

TEST_F(RunRecorderTest, TimeOutsEnterTheLatenciesWithAtLeastTheirDeadline) {
  send(0, Duration{});
  answer(0, milliseconds(3), refusal(Status::deadline_exceeded, Reason::deadline, "late"));
  send(1, seconds(1));
  answer(1, milliseconds(3100), refusal(Status::deadline_exceeded, Reason::deadline, "late"));
  const RoundReport report = finish();
  EXPECT_EQ(report.latency.min(), seconds(2));
  EXPECT_EQ(report.latency.max(), milliseconds(2100));
}

TEST_F(RunRecorderTest, SplitAndClientAddUpToTheLatencyOfSuccessfulCalls) {
  Reply reply = ok();
  reply.split = {microseconds(1), microseconds(2), microseconds(3), microseconds(4), microseconds(5), microseconds(6)};
  send(0, Duration{}, 1);
  answer(0, microseconds(100), reply);
  send(1, Duration{}, 0);
  answer(1, seconds(1), refusal(Status::aborted, Reason::none, "refused"));
  const RoundReport report = finish();
  EXPECT_EQ(report.split.calls, 1U);
  EXPECT_EQ(report.split.sum, reply.split);
  EXPECT_EQ(report.split.client + report.split.sum.total(), microseconds(100));
  EXPECT_EQ(report.mix[1].split.calls, 1U);
  EXPECT_EQ(report.mix[0].split.calls, 0U);
}

TEST_F(RunRecorderTest, MixEntriesAddUpToTheRound) {
  for (std::uint64_t i = 0; i < 90; ++i) send(i, milliseconds(10) * static_cast<std::int64_t>(i), i % 3 == 0 ? 0 : 1);
  for (std::uint64_t i = 0; i < 80; ++i) {
    answer(i, seconds(1), i % 5 == 0 ? refusal(Status::not_found, Reason::unknown_network, "no") : ok());
  }
  const RoundReport report = finish();
  ASSERT_EQ(report.mix.size(), 2U);
  EXPECT_EQ(report.mix[0].sent, 30U);
  EXPECT_EQ(report.mix[0].succeeded + report.mix[1].succeeded, report.succeeded);
  EXPECT_EQ(report.mix[0].failed + report.mix[1].failed, report.failed);
  EXPECT_EQ(report.mix[0].unfinished + report.mix[1].unfinished, report.unfinished);
  EXPECT_EQ(report.mix[0].operation, "submit");
  EXPECT_EQ(report.mix[0].level, "final");
  EXPECT_EQ(report.mix[1].function, "get");
}

TEST_F(RunRecorderTest, SecondsTellWhenCallsWereDueSentAndAnswered) {
  send(0, milliseconds(500));
  recorder.sent(due(1, milliseconds(900)), start + milliseconds(1100));
  recorder.dropped(due(2, milliseconds(950)));
  answer(0, milliseconds(2500));
  answer(1, milliseconds(2600), refusal(Status::aborted, Reason::none, "refused"));
  EXPECT_EQ(recorder.recent_tps(), 0);
  send(3, milliseconds(3100));
  EXPECT_EQ(recorder.recent_tps(), 2);
  const RoundReport report = finish();
  ASSERT_EQ(report.seconds.size(), 4U);
  EXPECT_EQ(report.seconds[0].offered, 3U);
  EXPECT_EQ(report.seconds[0].sent, 1U);
  EXPECT_EQ(report.seconds[1].sent, 1U);
  EXPECT_EQ(report.seconds[2].succeeded, 1U);
  EXPECT_EQ(report.seconds[2].failed, 1U);
  EXPECT_EQ(report.seconds[3].offered, 1U);
}

TEST_F(RunRecorderTest, RatesAreOverTheTimeTheyTook) {
  for (std::uint64_t i = 0; i < 100; ++i) send(i, milliseconds(100) * static_cast<std::int64_t>(i));
  for (std::uint64_t i = 0; i < 100; ++i) {
    answer(i, seconds(20), i < 60 ? ok() : refusal(Status::aborted, Reason::none, "refused"));
  }
  const RoundReport report = finish(seconds(20));
  EXPECT_DOUBLE_EQ(report.send_tps, 10);
  EXPECT_DOUBLE_EQ(report.throughput_tps, 5);
  EXPECT_DOUBLE_EQ(report.goodput_tps, 3);
}

TEST_F(RunRecorderTest, ARoundThatIsCutShortSendsAtTheRateOfItsTime) {
  for (std::uint64_t i = 0; i < 100; ++i) send(i, milliseconds(10) * static_cast<std::int64_t>(i));
  EXPECT_DOUBLE_EQ(finish(seconds(1)).send_tps, 100);
}

TEST_F(RunRecorderTest, ASecondAnswerIsCountedOnlyAsAViolation) {
  send(0, Duration{});
  send(1, Duration{});
  answer(1, milliseconds(1));
  answer(1, milliseconds(2));  // while an older call is open
  answer(0, milliseconds(3));
  answer(0, milliseconds(4));  // when no call is open
  answer(0, milliseconds(5));
  EXPECT_EQ(recorder.completed(), 2U);
  EXPECT_EQ(recorder.answered_once(), 0U);
  EXPECT_EQ(recorder.answered_wrongly(), 2U);
  EXPECT_EQ(finish().latency.count(), 2U);
}

TEST_F(RunRecorderTest, AnAnswerToACallThatWasNeverSentIsAViolation) {
  send(0, Duration{});
  recorder.dropped(due(1, Duration{}));
  answer(1, milliseconds(1));
  answer(7, milliseconds(1));
  EXPECT_EQ(recorder.answered_wrongly(), 2U);
  EXPECT_EQ(recorder.completed(), 0U);
}

TEST_F(RunRecorderTest, NoAnswerLongAfterTheDeadlineIsAViolation) {
  send(0, Duration{});          // deadline at 2 s, grace until 3 s
  send(1, milliseconds(4500));  // could still be answered
  send(2, milliseconds(4600));
  answer(2, milliseconds(4700));
  finish(seconds(5));
  EXPECT_EQ(recorder.answered_once(), 1U);
  EXPECT_EQ(recorder.answered_wrongly(), 1U);
}

TEST_F(RunRecorderTest, ARoundWithoutCallsHasAReport) {
  const RoundReport report = finish();
  EXPECT_EQ(report.sent, 0U);
  EXPECT_EQ(report.goodput_tps, 0);
  EXPECT_EQ(report.mix.size(), 2U);
}

}  // namespace
}  // namespace bsn
