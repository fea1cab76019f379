#include "gateway/gateway.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "gateway/gateway_impl.h"
#include "gateway/gateway_spec_check.h"
#include "gateway/split_account.h"

namespace bsn {

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
  const RetryState untried;
  return {rule,
          impl_->choice.explain({now, *chain, peers, rule, question.account, untried}, impl_->spec.cities,
                                rule.peers_asked(question.operation, question.level)),
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
