// What a gateway is made of, for its own sources: gateway.cpp takes inputs, gateway_admission.cpp says who passes,
// gateway_attempts.cpp sends calls out and takes answers in, gateway_comparison.cpp compares reads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/call_table.h"
#include "gateway/gateway.h"
#include "gateway/node_health.h"
#include "gateway/overload_guard.h"
#include "gateway/peer_choice.h"
#include "gateway/peer_latency.h"
#include "gateway/project_registry.h"
#include "gateway/rate_limiter.h"
#include "gateway/retry_state.h"
#include "gateway/route_meter.h"
#include "gateway/route_table.h"

namespace bsn {

// Advice when the gateway itself cannot serve: about the time in which a node comes back.
inline constexpr Duration retry_when_unhealthy = seconds(1);

Reply refusal_with_advice(Status status, Reason reason, std::string message, Duration retry_after);

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

}  // namespace bsn
