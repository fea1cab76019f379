#include "node/serve/trace_log.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace bsn {
namespace {

double ms(Duration time) { return static_cast<double>(time.ns) / 1e6; }

}  // namespace

void TraceLog::answered(Instant now, const TracedCall& call, const Reply& reply) {
  if (now - second_began_ >= seconds(1)) {
    second_began_ = now;
    lines_ = 0;
  }
  if (lines_ == lines_per_second) {
    ++left_out_;
    return;
  }
  ++lines_;
  spdlog::info("{}", line(call, reply, std::exchange(left_out_, 0)));
}

std::string TraceLog::line(const TracedCall& call, const Reply& reply, std::uint64_t left_out) {
  std::string text = fmt::format("trace {}: {}, {}", to_traceparent(call.trace), call.what, to_string(reply.status));
  if (reply.reason != Reason::none) text += fmt::format(" {}", to_string(reply.reason));
  if (reply.height > 0) text += fmt::format(" at height {}", reply.height);
  text += fmt::format("; queue {:.3f} ms, chain {:.3f} ms", ms(reply.split.node_queue), ms(reply.split.consensus));
  if (left_out > 0) text += fmt::format(" ({} more calls not shown)", left_out);
  return text;
}

}  // namespace bsn
