// Reads at level final that are compared (read_comparison.h): who is asked, asked again, and what the caller is told.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "gateway/gateway_impl.h"
#include "gateway/split_account.h"

namespace bsn {

void Gateway::Impl::begin_comparison(Instant now, OpenGatewayCall& call, const Admission& admission,
                                     std::vector<GatewayOutput>& out) {
  call.comparison = std::make_unique<ReadComparison>(static_cast<std::uint32_t>(admission.beside.size() + 1));
  for (const RoutePeer* peer : admission.beside) {
    ++counters.compares;
    call.retry.tried_beside(peer->city);
    send(now, call, *peer, out);
  }
}

// Whether the call ends with this answer of one of its peers, and `reply` is then what the caller is told.
bool Gateway::Impl::compare(Instant now, OpenGatewayCall& call, CityIndex city, Reply& reply) {
  if (!comparable(reply)) {
    reply = not_compared(call, city, reply);
    return true;
  }
  const ReadComparison::Verdict verdict = call.comparison->add(city, reply);
  if (verdict == ReadComparison::Verdict::unequal) {
    ++counters.unequal;
    const CityIndex other = call.comparison->opponent();
    reply = refusal(Status::data_loss, Reason::peers_disagree,
                    fmt::format("{} and {} answer unequally at height {}", spec.cities[other.value].name,
                                spec.cities[city.value].name, reply.height));
    return true;
  }
  if (verdict == ReadComparison::Verdict::agreed) return true;
  if (call.waits()) return false;
  if (const auto pause = call.comparison->next_pause()) {
    calls.look_at(call, now + *pause);
    return false;
  }
  reply =
      refusal(Status::aborted, Reason::peers_apart,
              fmt::format("{} peers of {} were at no height together, though those behind were asked again {} times",
                          call.comparison->peers(), to_string(call.call.chain), ReadComparison::rounds_max));
  return true;
}

// Those that are behind. One that can't be called any more is as good as one that failed.
void Gateway::Impl::ask_again(Instant now, OpenGatewayCall& call, std::vector<GatewayOutput>& out) {
  const RetryState untried;
  const PeerChoice::Asked asked = question(now, call, untried);
  for (const CityIndex city : call.comparison->behind()) {
    if (const RoutePeer* peer = choice.callable(asked, city)) {
      ++counters.compares;
      send(now, call, *peer, out);
      continue;
    }
    Reply lost = refusal(Status::unavailable, Reason::no_healthy_peer, "it can't be called any more");
    if (goes_on(now, call, city, lost, out)) continue;
    lost = not_compared(call, city, lost);
    lost.split = split_without_answer(call.times, now, false);
    return answer(call, city, std::move(lost), out);
  }
}

// A peer of it gave no answer that can be compared, and none takes its place. What another caller would hear of a peer
// that failed, this one hears too: that it says no more than UNAVAILABLE.
Reply Gateway::Impl::not_compared(const OpenGatewayCall& call, CityIndex city, const Reply& reply) const {
  if (!worth_retrying(Operation::query, reply)) return reply;
  return refusal_with_advice(
      Status::unavailable, Reason::too_few_peers,
      fmt::format("reads of {} at level final are compared, and {} can't answer ({} {}), nor another in its place",
                  to_string(call.call.chain), spec.cities[city.value].name, to_string(reply.status),
                  to_string(reply.reason)),
      retry_when_unhealthy);
}

}  // namespace bsn
