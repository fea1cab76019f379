#include "gateway/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/canonical_request.h"
#include "core/check.h"
#include "gateway/call_table.h"
#include "gateway/gateway_spec_check.h"
#include "gateway/node_health.h"
#include "gateway/overload_guard.h"
#include "gateway/peer_choice.h"
#include "gateway/peer_latency.h"
#include "gateway/project_registry.h"
#include "gateway/rate_limiter.h"
#include "gateway/retry_state.h"
#include "gateway/route_meter.h"
#include "gateway/route_table.h"
#include "gateway/split_account.h"

namespace bsn {
namespace {

// Advice when the gateway itself cannot serve: about the time in which a node comes back.
constexpr Duration retry_when_unhealthy = seconds(1);

Reply refusal_with_advice(Status status, Reason reason, std::string message, Duration retry_after) {
  Reply reply = refusal(status, reason, std::move(message));
  reply.retry_after = retry_after;
  return reply;
}

Reply over_quota(const OverQuota& over) {
  return over.daily ? refusal_with_advice(Status::resource_exhausted, Reason::quota_spent,
                                          "the calls of the day (UTC) are spent", over.retry_after)
                    : refusal_with_advice(Status::resource_exhausted, Reason::rate_limited, "too many calls per second",
                                          over.retry_after);
}

}  // namespace

struct Gateway::Impl {
  Impl(GatewaySpec given, std::int64_t zero)
      : spec(std::move(given)),
        zero_unix_ns(zero),
        accounts(std::make_shared<const Accounts>(accounts_of(spec.projects))),
        projects(*accounts, zero),
        limiter(accounts->projects, zero, spec.team.gateways),
        routes(spec),
        meter(spec.routes),
        health(spec.cities, spec.health),
        latency(spec.routes.size(), spec.cities.size()),
        budget(spec.retry),
        guard(spec.max_calls),
        calls(spec.max_calls, spec.cities.size()),
        choice(health, latency, calls, spec.seed),
        spans(Random(spec.seed).fork("spans of " + spec.cities[spec.home.value].name)) {
    call_meter.grow(spec.routes.size());
  }

  // What the checks found out about a call that passed them.
  struct Admission {
    std::size_t project = 0;
    std::optional<UsedNonce> nonce{};
    CityIndex origin;
    ChainIndex chain;
    const RoutePeer* peer = nullptr;
    std::vector<const RoutePeer*> beside{};  // of a read that is compared: the others that are asked
  };

  void on(Instant now, const ClientCall& arrived, std::vector<GatewayOutput>& out);
  void on(Instant now, const ClientGone& gone, std::vector<GatewayOutput>& out);
  void on(Instant now, const NodeReply& answer, std::vector<GatewayOutput>& out);
  void on(Instant now, const NodeLink& link, std::vector<GatewayOutput>& out);
  void on(Instant now, const NodeAlive& alive, std::vector<GatewayOutput>& out);
  void on(Instant now, const GatewayAssigned& assigned, std::vector<GatewayOutput>& out);
  void on(Instant now, const AccountsAssigned& assigned, std::vector<GatewayOutput>& out);
  void on(Instant now, const Resumed& resumed, std::vector<GatewayOutput>& out);
  void on(Instant now, const QuotaGrant& grant, std::vector<GatewayOutput>& out);
  void ask_for_quota(Instant now, std::vector<GatewayOutput>& out);
  void expire(Instant now, std::vector<GatewayOutput>& out);
  void look_at_calls(Instant now, std::vector<GatewayOutput>& out);
  void hedge(Instant now, OpenGatewayCall& call, std::vector<GatewayOutput>& out);
  void look_at_nodes(Instant now, std::vector<GatewayOutput>& out);
  void give_up_attempts(Instant now, CityIndex city, const char* why, std::vector<GatewayOutput>& out);

  std::optional<Reply> identify(Instant now, const std::string& access_key, const SignedBy* signature,
                                Admission& admission);
  std::optional<Reply> check_signed(Instant now, const SignedBy& signature, Admission& admission);
  bool granted(std::size_t project, const ChainName& chain, Operation operation) const;
  std::optional<Reply> check_grants(std::size_t project, const Call& call) const;
  std::optional<Reply> check_pressure(Instant now, std::size_t project, Operation operation);
  std::optional<Reply> check_quota(Instant now, std::size_t project);
  void keep_nonce(const Admission& admission, std::vector<GatewayOutput>& out);
  std::optional<Reply> check_call(Instant now, const ClientCall& arrived, Admission& admission) const;
  std::optional<Reply> find_way(Instant now, const ClientCall& arrived, Admission& admission);
  std::optional<Reply> find_peers_beside(PeerChoice::Asked asked, const ChainName& name, Admission& admission);
  std::optional<Reply> check_route(const RouteSpec& route, const Call& call) const;
  std::optional<Reply> check_capacity(Instant now, const Admission& admission);

  const RoutingRule& rule(std::optional<std::size_t> project, ChainIndex chain) const;
  std::string_view account(const Call& call, std::size_t project) const;
  PeerChoice::Asked question(Instant now, const OpenGatewayCall& call, const RetryState& retry) const;
  const RoutePeer* another_peer(Instant now, const OpenGatewayCall& call);
  void forward(Instant now, OpenGatewayCall& call, const RoutePeer& peer, std::vector<GatewayOutput>& out);
  void send(Instant now, OpenGatewayCall& call, const RoutePeer& peer, std::vector<GatewayOutput>& out);
  TraceContext next_span(Instant now, const TraceContext& trace);
  void plan_hedge(Instant now, OpenGatewayCall& call, const RoutePeer& peer);
  void measure(Instant now, const OpenGatewayCall& call, const OpenAttempt& attempt, const Reply& reply);
  bool goes_on(Instant now, OpenGatewayCall& call, CityIndex city, const Reply& reply, std::vector<GatewayOutput>& out);

  void begin_comparison(Instant now, OpenGatewayCall& call, const Admission& admission,
                        std::vector<GatewayOutput>& out);
  bool compare(Instant now, OpenGatewayCall& call, CityIndex city, Reply& reply);
  void ask_again(Instant now, OpenGatewayCall& call, std::vector<GatewayOutput>& out);
  Reply not_compared(const OpenGatewayCall& call, CityIndex city, const Reply& reply) const;

  void answer(const OpenGatewayCall& call, CityIndex city, Reply reply, std::vector<GatewayOutput>& out);

  GatewaySpec spec;
  std::int64_t zero_unix_ns;
  std::shared_ptr<const Accounts> accounts;
  ProjectRegistry projects;
  NonceStore nonces;
  std::int64_t refuse_signed_until_ns = 0;
  std::vector<QuotaAsk> asks;
  RateLimiter limiter;
  RouteTable routes;
  RouteMeter meter;
  NodeHealth health;
  PeerLatency latency;
  RetryBudget budget;
  OverloadGuard guard;
  CallTable calls;
  PeerChoice choice;
  Random spans;
  GatewayCounters counters;
  CallMeter call_meter;
};

// ---- admission, in the order of safety.md rule 5 ----

std::optional<Reply> Gateway::Impl::identify(Instant now, const std::string& access_key, const SignedBy* signature,
                                             Admission& admission) {
  const auto project =
      signature ? projects.find_signer(signature->kind, signature->key, now) : projects.find(access_key, now);
  if (!project) return refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not valid");
  admission.project = *project;
  return signature && signature->kind == KeyKind::ed25519 ? check_signed(now, *signature, admission) : std::nullopt;
}

// The nonce is only used up when the request is admitted: one that is refused had no effect and may come again.
std::optional<Reply> Gateway::Impl::check_signed(Instant now, const SignedBy& signature, Admission& admission) {
  const std::int64_t now_ns = now.ns + zero_unix_ns;
  const std::int64_t signed_at = signature.timestamp_ns;
  const bool in_time = signed_at >= now_ns - SignedRequestLimits::window.ns &&
                       signed_at <= now_ns + SignedRequestLimits::window.ns && signed_at > refuse_signed_until_ns;
  if (!in_time) {
    return refusal(Status::unauthenticated, Reason::stale_request,
                   "signed too long ago or for the future, by the gateway's clock: sign it anew");
  }
  nonces.forget(now_ns);
  admission.nonce = {nonce_id(signature.key, signature.nonce), signed_at + SignedRequestLimits::window.ns};
  if (nonces.contains(admission.nonce->id)) {
    return refusal(Status::unauthenticated, Reason::replayed, "the nonce was used before: sign it anew");
  }
  if (!nonces.full()) return std::nullopt;
  return refusal_with_advice(Status::resource_exhausted, Reason::gateway_full, "too many signed requests in short time",
                             retry_when_unhealthy);
}

// A service's chain is its owner's alone; any other one is open to whom it is granted.
bool Gateway::Impl::granted(std::size_t project, const ChainName& chain, Operation operation) const {
  const std::optional<ChainIndex> route = routes.find_chain(chain);
  const std::string* owner = route ? &spec.routes[route->value].owner : nullptr;
  if (owner == nullptr || owner->empty()) return projects.granted(project, chain, operation);
  const Grants& grants = accounts->projects[project].grants;
  return projects.name(project) == *owner && (operation == Operation::submit ? grants.write : grants.read);
}

std::optional<Reply> Gateway::Impl::check_grants(std::size_t project, const Call& call) const {
  if (!granted(project, call.chain, call.operation)) {
    return refusal(Status::permission_denied, Reason::not_granted, "the project may not use this network or service");
  }
  if (projects.granted_method(project, call.contract, call.function)) return std::nullopt;
  return refusal(Status::permission_denied, Reason::not_granted, "the project may not call this method");
}

// Before the quota: who is refused here has spent nothing of it.
std::optional<Reply> Gateway::Impl::check_pressure(Instant now, std::size_t project, Operation operation) {
  const auto shed = guard.check(now, project, operation);
  if (!shed) return std::nullopt;
  ++counters.shed;
  return refusal_with_advice(Status::resource_exhausted, shed->full ? Reason::gateway_full : Reason::overloaded,
                             shed->full ? "too many calls are under way" : "overloaded: " + shed->why,
                             shed->retry_after);
}

std::optional<Reply> Gateway::Impl::check_quota(Instant now, std::size_t project) {
  if (const auto over = limiter.check(project, now)) return over_quota(*over);
  return std::nullopt;
}

void Gateway::Impl::keep_nonce(const Admission& admission, std::vector<GatewayOutput>& out) {
  if (!admission.nonce) return;
  nonces.add(*admission.nonce);
  out.emplace_back(NonceUsed{*admission.nonce});
}

std::optional<Reply> Gateway::Impl::check_call(Instant now, const ClientCall& arrived, Admission& admission) const {
  if (auto wrong = validate(arrived.call)) {
    return refusal(Status::invalid_argument, Reason::malformed, std::move(*wrong));
  }
  const auto origin = arrived.origin.empty() ? spec.home : routes.find_city(arrived.origin);
  if (!origin) return refusal(Status::invalid_argument, Reason::malformed, "the origin is not a city of this network");
  admission.origin = *origin;
  if (now >= arrived.deadline)
    return refusal(Status::deadline_exceeded, Reason::deadline, "arrived after its deadline");
  return std::nullopt;
}

std::optional<Reply> Gateway::Impl::find_way(Instant now, const ClientCall& arrived, Admission& admission) {
  const ChainName& name = arrived.call.chain;
  const std::optional<ChainIndex> chain = routes.find_chain(name);
  if (!chain) {
    return refusal(Status::not_found, Reason::unknown_network,
                   routes.has_network(name.network) ? fmt::format("{} has no chain {}", name.network, name.chain)
                                                    : fmt::format("there is no network {}", name.network));
  }
  admission.chain = *chain;
  if (auto refused = check_route(spec.routes[chain->value], arrived.call)) return refused;
  const RoutingRule& routing = rule(admission.project, *chain);
  const RetryState untried;
  const PeerChoice::Asked asked{
      now, *chain, routes.peers(*chain, admission.origin), routing, account(arrived.call, admission.project), untried};
  admission.peer = choice.choose(asked);
  if (!admission.peer) {
    return refusal_with_advice(Status::unavailable, Reason::no_healthy_peer,
                               fmt::format("no peer of {} is healthy", to_string(name)), retry_when_unhealthy);
  }
  return routing.compares(arrived.call) ? find_peers_beside(asked, name, admission) : std::nullopt;
}

// All of them or none: what fewer peers agree on is not what was asked for.
std::optional<Reply> Gateway::Impl::find_peers_beside(PeerChoice::Asked asked, const ChainName& name,
                                                      Admission& admission) {
  RetryState taken;
  taken.tried(admission.peer->city);
  for (std::uint32_t found = 1; found < asked.rule.compare; ++found) {
    const RoutePeer* peer = choice.choose({asked.now, asked.chain, asked.peers, asked.rule, asked.account, taken});
    if (!peer) {
      return refusal_with_advice(
          Status::unavailable, Reason::too_few_peers,
          fmt::format("reads of {} at level final are compared at {} peers, and {} can be called", to_string(name),
                      asked.rule.compare, found),
          retry_when_unhealthy);
    }
    taken.tried(peer->city);
    admission.beside.push_back(peer);
  }
  return std::nullopt;
}

std::optional<Reply> Gateway::Impl::check_route(const RouteSpec& route, const Call& call) const {
  if (route.state != RouteState::open) {
    const char* why = route.state == RouteState::starting ? "is starting" : "takes no new calls";
    return refusal_with_advice(Status::unavailable, Reason::draining, fmt::format("{} {}", to_string(route.name), why),
                               route.state == RouteState::starting ? retry_when_unhealthy : Duration{});
  }
  const auto& contracts = route.contracts;
  if (contracts.empty() || std::find(contracts.begin(), contracts.end(), call.contract) != contracts.end()) {
    return std::nullopt;
  }
  return refusal(Status::not_found, Reason::unknown_contract,
                 fmt::format("{} has no contract {}", to_string(route.name), call.contract));
}

// Last, so that a call that is refused for another reason takes nothing of what the service may have.
std::optional<Reply> Gateway::Impl::check_capacity(Instant now, const Admission& admission) {
  const Duration wait = meter.take(admission.chain, now);
  if (wait == Duration{}) return std::nullopt;
  const RouteSpec& route = spec.routes[admission.chain.value];
  return refusal_with_advice(
      Status::resource_exhausted, Reason::rate_limited,
      fmt::format("{} may have {} calls per second", to_string(route.name), route.plan.calls_per_second), wait);
}

void Gateway::Impl::on(Instant now, const ClientCall& arrived, std::vector<GatewayOutput>& out) {
  ++counters.calls;
  Admission admission;
  guard.arrived(now, now - std::min(arrived.received, now));
  std::optional<Reply> refused = identify(now, arrived.access_key, arrived.signature.get(), admission);
  if (!refused) refused = check_grants(admission.project, arrived.call);
  if (!refused) refused = check_pressure(now, admission.project, arrived.call.operation);
  if (!refused) refused = check_quota(now, admission.project);
  if (!refused) refused = check_call(now, arrived, admission);
  if (!refused) refused = find_way(now, arrived, admission);
  if (!refused) refused = check_capacity(now, admission);
  const CallTimes times{std::min(arrived.received, now), now, now};
  if (refused) {
    ++counters.refused;
    refused->split = split_without_answer(times, now, false);
    call_meter.count(routes.find_chain(arrived.call.chain), arrived.call.operation, *refused, false);
    out.emplace_back(GatewayAnswer{arrived.id, std::move(*refused)});
    return;
  }
  keep_nonce(admission, out);
  limiter.count_admitted(admission.project);
  meter.admitted(admission.chain, arrived.call);
  budget.earn();
  guard.began(admission.project);
  OpenGatewayCall& call = calls.add(
      {arrived.id, arrived.call, admission.project, admission.chain, admission.origin, times, arrived.deadline});
  call.call.project = projects.name(admission.project);
  call.trace = arrived.trace;
  forward(now, call, *admission.peer, out);
  if (!admission.beside.empty()) return begin_comparison(now, call, admission, out);
  plan_hedge(now, call, *admission.peer);
}

// ---- the way out and back ----

const RoutingRule& Gateway::Impl::rule(std::optional<std::size_t> project, ChainIndex chain) const {
  const RouteSpec& route = spec.routes[chain.value];
  const std::optional<RoutingRule>* own = project ? &accounts->projects[*project].routing : nullptr;
  return own && *own ? **own : route.routing;
}

// Whom the call is about: contracts take the account or the key first.
std::string_view Gateway::Impl::account(const Call& call, std::size_t project) const {
  return call.args.empty() ? std::string_view(projects.name(project)) : std::string_view(call.args.front());
}

PeerChoice::Asked Gateway::Impl::question(Instant now, const OpenGatewayCall& call, const RetryState& retry) const {
  return {now,
          call.chain,
          routes.peers(call.chain, call.origin),
          rule(call.project, call.chain),
          account(call.call, call.project),
          retry};
}

const RoutePeer* Gateway::Impl::another_peer(Instant now, const OpenGatewayCall& call) {
  return choice.choose(question(now, call, call.retry));
}

void Gateway::Impl::forward(Instant now, OpenGatewayCall& call, const RoutePeer& peer,
                            std::vector<GatewayOutput>& out) {
  call.retry.tried(peer.city);
  send(now, call, peer, out);
}

void Gateway::Impl::send(Instant now, OpenGatewayCall& call, const RoutePeer& peer, std::vector<GatewayOutput>& out) {
  ++counters.attempts;
  call.times.sent = now;
  const AttemptId attempt = calls.begin_attempt(call, peer.city, peer.distance, now);
  out.emplace_back(Forward{attempt, peer.city, call.origin, call.call, call.deadline, call.id,
                           call.trace.there() ? next_span(now, call.trace) : TraceContext{}});
}

// Every attempt is a span of its own. The clock keeps those of one life of the gateway apart from those of another.
TraceContext Gateway::Impl::next_span(Instant now, const TraceContext& trace) {
  const std::uint64_t span = spans.next() ^ static_cast<std::uint64_t>(now.ns + zero_unix_ns);
  return {trace.trace, std::max<std::uint64_t>(span, 1), trace.sampled};
}

void Gateway::Impl::plan_hedge(Instant now, OpenGatewayCall& call, const RoutePeer& peer) {
  const RoutingRule& routing = rule(call.project, call.chain);
  if (routing.policy != RoutePolicy::hedged || call.call.operation != Operation::query) return;
  calls.look_at(call, now + peer.distance * 2 + routing.hedge_after);
}

void Gateway::Impl::look_at_calls(Instant now, std::vector<GatewayOutput>& out) {
  while (OpenGatewayCall* call = calls.take_look_due(now)) {
    if (call->comparison) {
      ask_again(now, *call, out);
    } else {
      hedge(now, *call, out);
    }
  }
}

// A call that is late gets a second attempt beside the first, once. One whose first attempt has failed meanwhile is
// being tried again anyway.
void Gateway::Impl::hedge(Instant now, OpenGatewayCall& call, std::vector<GatewayOutput>& out) {
  if (call.retry.attempts() > 1) return;
  const RoutePeer* peer = another_peer(now, call);
  if (!peer || !call.retry.hedge(spec.retry, budget)) return;
  ++counters.hedges;
  forward(now, call, *peer, out);
}

// How long a chain takes to order a write says nothing about the peer.
void Gateway::Impl::measure(Instant now, const OpenGatewayCall& call, const OpenAttempt& attempt, const Reply& reply) {
  const Duration ordering = call.call.operation == Operation::submit ? reply.split.consensus : Duration{};
  latency.add(call.chain, attempt.city, now - attempt.sent - attempt.distance * 2 - ordering, now);
}

// After an attempt of it ended there with this reply: whether the call is still under way, because another attempt is,
// or because it is tried again. One that is compared needs the answers of all, so another peer takes this one's place.
bool Gateway::Impl::goes_on(Instant now, OpenGatewayCall& call, CityIndex city, const Reply& reply,
                            std::vector<GatewayOutput>& out) {
  if (!worth_retrying(call.call.operation, reply)) return false;
  if (call.comparison) {
    call.comparison->forget(city);
  } else if (call.waits()) {
    return true;
  }
  const RoutePeer* peer = another_peer(now, call);
  if (!peer || !call.retry.again(spec.retry, budget, call.call.operation, reply, now, call.deadline)) return false;
  ++counters.retries;
  forward(now, call, *peer, out);
  return true;
}

void Gateway::Impl::answer(const OpenGatewayCall& call, CityIndex city, Reply reply, std::vector<GatewayOutput>& out) {
  reply.city = spec.cities[city.value].name;
  meter.answered(call.chain, reply);
  call_meter.count(call.chain, call.call.operation, reply, true);
  out.emplace_back(GatewayAnswer{call.id, std::move(reply)});
  guard.ended(call.project);
  calls.remove(call);
}

void Gateway::Impl::on(Instant now, const NodeReply& answered, std::vector<GatewayOutput>& out) {
  OpenGatewayCall* call = calls.find(answered.attempt);
  if (!call) return;  // it ended before: deadline, lost link, client gone, another attempt was faster
  const OpenAttempt attempt = calls.end_attempt(*call, answered.attempt);
  health.answered(now, attempt.city, answered.reply);
  measure(now, *call, attempt, answered.reply);
  if (goes_on(now, *call, attempt.city, answered.reply, out)) return;
  Reply reply = answered.reply;
  if (call->comparison && !compare(now, *call, attempt.city, reply)) return;
  call->times.sent = attempt.sent;
  reply.split = split_of_answer(call->times, now, answered.reply.split, answered.node_received);
  answer(*call, attempt.city, std::move(reply), out);
}

void Gateway::Impl::on(Instant, const ClientGone& gone, std::vector<GatewayOutput>& out) {
  const OpenGatewayCall* call = calls.find(gone.id);
  if (!call) return;
  for (const OpenAttempt& attempt : call->attempts) {
    if (attempt.id.value != 0) out.emplace_back(CancelAttempt{attempt.id, attempt.city, call->origin});
  }
  guard.ended(call->project);
  calls.remove(*call);
}

// ---- reads at level final that are compared ----

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

void Gateway::Impl::on(Instant now, const NodeLink& link, std::vector<GatewayOutput>& out) {
  BSN_CHECK(link.city.value < spec.cities.size(), "a link to no city");
  health.link(now, link.city, link.up, link.serving);
  if (!link.up) give_up_attempts(now, link.city, "the stream to the city node broke under the call", out);
}

void Gateway::Impl::on(Instant now, const NodeAlive& alive, std::vector<GatewayOutput>&) {
  BSN_CHECK(alive.city.value < spec.cities.size(), "a sign of life from no city");
  health.heard(now, alive.city);
}

void Gateway::Impl::give_up_attempts(Instant now, CityIndex city, const char* why, std::vector<GatewayOutput>& out) {
  for (const AttemptId attempt : calls.attempts_at(city)) {
    OpenGatewayCall& call = *calls.find(attempt);
    call.times.sent = calls.end_attempt(call, attempt).sent;
    Reply lost = refusal(Status::unavailable, Reason::link_lost, why);
    if (goes_on(now, call, city, lost, out)) continue;
    if (call.comparison) lost = not_compared(call, city, lost);
    lost.split = split_without_answer(call.times, now, true);
    answer(call, city, std::move(lost), out);
  }
}

void Gateway::Impl::look_at_nodes(Instant now, std::vector<GatewayOutput>& out) {
  if (!health.next_look() || *health.next_look() > now) return;
  const NodeHealth::Look found = health.look(now);
  for (const CityIndex city : found.ask) out.emplace_back(Probe{city});
  for (const CityIndex city : found.silent)
    give_up_attempts(now, city, "the city node fell silent under the call", out);
}

void Gateway::Impl::on(Instant, const GatewayAssigned& assigned, std::vector<GatewayOutput>&) {
  if (assigned.spec->revision <= spec.revision) return;
  const auto wrong = check_next(spec, *assigned.spec);
  BSN_CHECK(!wrong, "an assignment was checked before: " + wrong.value_or(""));
  spec = *assigned.spec;
  routes = RouteTable(spec);
  meter.assign(spec.routes);
  latency.grow(spec.routes.size());
  call_meter.grow(spec.routes.size());
  health.assign(spec.cities);
}

void Gateway::Impl::on(Instant, const AccountsAssigned& assigned, std::vector<GatewayOutput>&) {
  if (assigned.accounts->revision < accounts->revision) return;
  const auto wrong = check_next(*accounts, *assigned.accounts);
  BSN_CHECK(!wrong, "accounts were checked before: " + wrong.value_or(""));
  accounts = assigned.accounts;
  projects = ProjectRegistry(*accounts, zero_unix_ns);
  limiter.assign(accounts->projects);
}

void Gateway::Impl::on(Instant now, const Resumed& resumed, std::vector<GatewayOutput>&) {
  for (const UsedNonce& nonce : resumed.nonces) nonces.add(nonce);
  refuse_signed_until_ns = resumed.refuse_until_ns;
  limiter.start_empty(now);
}

void Gateway::Impl::on(Instant, const QuotaGrant& grant, std::vector<GatewayOutput>&) {
  for (std::size_t i = 0; i < accounts->projects.size(); ++i) {
    if (accounts->projects[i].name == grant.project) limiter.granted(i, grant);
  }
}

void Gateway::Impl::ask_for_quota(Instant now, std::vector<GatewayOutput>& out) {
  limiter.take_asks(now, accounts->projects, asks);
  for (QuotaAsk& ask : asks) out.emplace_back(std::move(ask));
  asks.clear();
}

void Gateway::Impl::expire(Instant now, std::vector<GatewayOutput>& out) {
  for (OpenGatewayCall* call = calls.first_due(); call && call->deadline <= now; call = calls.first_due()) {
    CityIndex city;
    for (const OpenAttempt& attempt : call->attempts) {
      if (attempt.id.value == 0) continue;
      city = attempt.city;
      health.unanswered(now, attempt.city, attempt.sent);
      if (call->call.operation == Operation::query) measure(now, *call, attempt, {});
    }
    Reply late = refusal(Status::deadline_exceeded, Reason::deadline, "not answered before its deadline");
    late.split = split_without_answer(call->times, now, true);
    answer(*call, city, std::move(late), out);
  }
}

// ---- the machine ----

Gateway::Gateway(GatewaySpec spec, std::int64_t zero_unix_ns) {
  const std::optional<std::string> wrong = check(spec);
  BSN_CHECK(!wrong, wrong.value_or(""));
  impl_ = std::make_unique<Impl>(std::move(spec), zero_unix_ns);
}
Gateway::~Gateway() = default;
Gateway::Gateway(Gateway&&) noexcept = default;
Gateway& Gateway::operator=(Gateway&&) noexcept = default;

void Gateway::step(Instant now, const GatewayInput& input, std::vector<GatewayOutput>& out) {
  std::visit([&](const auto& what) { impl_->on(now, what, out); }, input);
  impl_->ask_for_quota(now, out);
}

void Gateway::advance_to(Instant now, std::vector<GatewayOutput>& out) {
  impl_->expire(now, out);
  impl_->look_at_calls(now, out);
  impl_->look_at_nodes(now, out);
  impl_->ask_for_quota(now, out);
}

std::optional<Instant> Gateway::next_wakeup() const {
  return earlier(earlier(impl_->calls.next_due(), impl_->limiter.next_ask()), impl_->health.next_look());
}

std::optional<Reply> Gateway::admit(Instant now, const Credentials& who, const ChainName& chain,
                                    std::vector<GatewayOutput>& out) {
  Impl::Admission admission;
  if (auto refused = impl_->identify(now, who.access_key, who.signature.get(), admission)) return refused;
  if (!impl_->granted(admission.project, chain, Operation::query)) {
    return refusal(Status::permission_denied, Reason::not_granted, "the project may not use this network or service");
  }
  if (auto refused = impl_->check_quota(now, admission.project)) return refused;
  impl_->keep_nonce(admission, out);
  return std::nullopt;
}

std::vector<QuotaReturn> Gateway::take_back_shares() { return impl_->limiter.take_back(impl_->accounts->projects); }

RouteExplanation Gateway::explain(Instant now, const RouteQuestion& question) const {
  const std::optional<ChainIndex> chain = impl_->routes.find_chain(question.chain);
  const std::string& origin = question.origin;
  const std::optional<CityIndex> from = origin.empty() ? impl_->spec.home : impl_->routes.find_city(origin);
  if (!chain || !from) return {};
  const std::optional<std::size_t> project = impl_->projects.find(question.access_key, now);
  const RoutingRule& rule = impl_->rule(project, *chain);
  const std::vector<RoutePeer>& peers = impl_->routes.peers(*chain, *from);
  const bool compared = question.operation == Operation::query && question.level == Level::final_ && rule.compare > 0;
  const RetryState untried;
  return {rule,
          impl_->choice.explain({now, *chain, peers, rule, question.account, untried}, impl_->spec.cities,
                                compared ? rule.compare : 1),
          pressure(now)};
}

RouteUse Gateway::use(ChainIndex chain) const {
  RouteUse use = impl_->meter.use(chain);
  use.busy = impl_->calls.cities_of(chain);
  return use;
}

std::size_t Gateway::open_calls(CityIndex city) const { return impl_->calls.attempts_at(city).size(); }
std::size_t Gateway::open_calls(ChainIndex chain) const { return impl_->calls.calls_to(chain); }

std::optional<CityIndex> Gateway::origin_of(AttemptId attempt) const {
  const OpenGatewayCall* call = impl_->calls.find(attempt);
  return call ? std::optional(call->origin) : std::nullopt;
}

bool Gateway::healthy(CityIndex city, Instant now) const { return impl_->health.healthy(city, now); }

std::string Gateway::condition(CityIndex city, Instant now) const {
  std::string why_not = impl_->health.why_not(city, now);
  if (!why_not.empty()) return why_not;
  const std::size_t open = open_calls(city);
  if (open < impl_->health.parameters().open_calls_max) return "healthy";
  return "full: " + std::to_string(open) + " calls are under way there";
}

const GatewaySpec& Gateway::spec() const { return impl_->spec; }
const Accounts& Gateway::accounts() const { return *impl_->accounts; }
const GatewayCounters& Gateway::counters() const { return impl_->counters; }
const CallMeter& Gateway::meter() const { return impl_->call_meter; }

Pressure Gateway::pressure(Instant now) const { return impl_->guard.pressure(now); }

GatewayPace Gateway::pace(Instant now) const {
  GatewayPace pace;
  for (const RouteSpec& route : impl_->spec.routes) {
    RoutePace one{route.name, 0, 0, {}};
    for (const Operation operation : {Operation::submit, Operation::query}) {
      const CallMeter::Cell& cell = impl_->call_meter.cell(route.index, operation);
      for (std::size_t status = 0; status < CallMeter::statuses; ++status) {
        (static_cast<Status>(status) == Status::ok ? one.succeeded : one.failed) += cell.ended[status];
      }
      for (std::size_t i = 0; i < one.took.size(); ++i) one.took[i] += cell.took[i];
    }
    pace.routes.push_back(std::move(one));
  }
  for (const CitySpec& city : impl_->spec.cities) {
    Duration lag;
    for (const RouteSpec& route : impl_->spec.routes) {
      lag = std::max(lag, impl_->latency.beyond_the_way(route.index, city.index, now));
    }
    pace.cities.push_back({city.name, lag});
  }
  return pace;
}

}  // namespace bsn
