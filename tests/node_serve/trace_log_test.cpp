#include "node/serve/trace_log.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <sstream>

namespace bsn {
namespace {

const std::string traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TracedCall traced() { return {parse_traceparent(traceparent), "fabric/trade kv get"}; }

TEST(TraceLog, ALineNamesTheTraceHowTheCallEndedAndHowLongItTook) {
  Reply reply;
  reply.height = 7;
  reply.split.node_queue = microseconds(5);
  reply.split.consensus = milliseconds(12);
  EXPECT_EQ(TraceLog::line(traced(), reply, 0),
            "trace " + traceparent + ": fabric/trade kv get, OK at height 7; queue 0.005 ms, chain 12.000 ms");
  const Reply full = refusal(Status::resource_exhausted, Reason::mempool_full, "full");
  EXPECT_EQ(TraceLog::line(traced(), full, 3),
            "trace " + traceparent +
                ": fabric/trade kv get, RESOURCE_EXHAUSTED MEMPOOL_FULL; queue 0.000 ms, "
                "chain 0.000 ms (3 more calls not shown)");
}

TEST(TraceLog, ASecondHasABoundedNumberOfLines) {
  std::ostringstream text;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(text)));
  TraceLog log;
  const Instant start = Instant{} + seconds(100);
  for (std::uint32_t i = 0; i < TraceLog::lines_per_second + 5; ++i) log.answered(start, traced(), {});
  log.answered(start + seconds(1), traced(), {});
  spdlog::set_default_logger(before);
  const std::string written = text.str();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), TraceLog::lines_per_second + 1);
  EXPECT_NE(written.find("(5 more calls not shown)"), std::string::npos);
}

}  // namespace
}  // namespace bsn
