// Who passes: the checks of a call before anything of it leaves.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/canonical_request.h"
#include "gateway/gateway_impl.h"
#include "gateway/split_account.h"

namespace bsn {
namespace {

Reply over_quota(const OverQuota& over) {
  return over.daily ? refusal_with_advice(Status::resource_exhausted, Reason::quota_spent,
                                          "the calls of the day (UTC) are spent", over.retry_after)
                    : refusal_with_advice(Status::resource_exhausted, Reason::rate_limited, "too many calls per second",
                                          over.retry_after);
}

}  // namespace

Reply refusal_with_advice(Status status, Reason reason, std::string message, Duration retry_after) {
  Reply reply = refusal(status, reason, std::move(message));
  reply.retry_after = retry_after;
  return reply;
}

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
  // All of them or none: what fewer peers agree on is not what was asked for.
  const std::uint32_t wanted = routing.peers_asked(arrived.call.operation, arrived.call.level);
  if (wanted == 1) return std::nullopt;
  admission.beside = choice.choose_beside(asked, *admission.peer, wanted - 1);
  if (admission.beside.size() == wanted - 1) return std::nullopt;
  return refusal_with_advice(Status::unavailable, Reason::too_few_peers,
                             fmt::format("reads of {} at level final are compared at {} peers, and {} can be called",
                                         to_string(name), wanted, 1 + admission.beside.size()),
                             retry_when_unhealthy);
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

}  // namespace bsn
