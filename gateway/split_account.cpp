#include "gateway/split_account.h"

#include <algorithm>

namespace bsn {
namespace {

// Cuts `part` to what is left and takes it away from there.
Duration take(Duration part, Duration& left) {
  const Duration taken = std::clamp(part, Duration{}, left);
  left -= taken;
  return taken;
}

}  // namespace

CallSplit split_of_answer(const CallTimes& times, Instant now, const CallSplit& node,
                          std::optional<Instant> node_received) {
  CallSplit split;
  split.gateway_queue = times.taken - times.received;
  split.route = times.sent - times.taken;
  Duration left = now - times.sent;
  if (node_received) split.wire = take(*node_received - times.sent, left);
  split.node_queue = take(node.node_queue, left);
  split.consensus = take(node.consensus, left);
  if (!node_received) split.wire = take(left / 2, left);
  split.back = left;
  return split;
}

CallSplit split_without_answer(const CallTimes& times, Instant now, bool under_way) {
  CallSplit split;
  split.gateway_queue = times.taken - times.received;
  split.route = (under_way ? times.sent : now) - times.taken;
  if (under_way) split.wire = now - times.sent;
  return split;
}

}  // namespace bsn
