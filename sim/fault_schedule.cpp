#include "sim/fault_schedule.h"

#include <algorithm>
#include <string>

namespace bsn {
namespace {

// Whether `later` ends what `fault` does to its targets.
bool mends(const Fault& later, const Fault& fault) {
  const auto same_target = [&] {
    return std::any_of(fault.targets.begin(), fault.targets.end(), [&](const std::string& target) {
      return std::find(later.targets.begin(), later.targets.end(), target) != later.targets.end();
    });
  };
  switch (fault.kind) {
    case FaultKind::kill:
      return (later.kind == FaultKind::restart || later.kind == FaultKind::lose_disk) && same_target();
    case FaultKind::pause:
      return (later.kind == FaultKind::resume || later.kind == FaultKind::kill) && same_target();
    case FaultKind::partition:
      return later.kind == FaultKind::heal || later.kind == FaultKind::partition;
    case FaultKind::latency:
    case FaultKind::loss:
    case FaultKind::reset_peer:
    case FaultKind::duplicate:
    case FaultKind::reorder:
    case FaultKind::clock_skew:
      return later.kind == FaultKind::heal || (later.kind == fault.kind && same_target());
    default:
      return false;
  }
}

bool is_step_of_life(FaultKind kind) {
  return kind == FaultKind::commission || kind == FaultKind::drain || kind == FaultKind::leave;
}

// Whether a city in this state is done with the step. A drained one stays draining until it leaves or comes back.
bool has_arrived(FaultKind step, CityState state) {
  if (step == FaultKind::commission) return state == CityState::connected;
  if (step == FaultKind::leave) return state == CityState::left;
  return state != CityState::draining;
}

std::optional<double> mended_at(const std::vector<Fault>& faults, std::size_t which) {
  for (std::size_t later = which + 1; later < faults.size(); ++later) {
    if (mends(faults[later], faults[which])) return faults[later].at.seconds();
  }
  return std::nullopt;
}

}  // namespace

FaultSchedule::FaultSchedule(const Scenario& scenario, FaultTarget& target, RelayerTarget* relayers,
                             GatewayTarget* gateways, Instant start)
    : scenario_(scenario),
      target_(target),
      relayers_(relayers),
      gateways_(gateways),
      start_(start),
      fired_(scenario.faults.size(), 0),
      arrived_(scenario.faults.size()) {}

Result<Done> FaultSchedule::fire_due(Instant now) {
  for (auto due = next_due(); due && *due <= now; due = next_due()) {
    if (auto done = fire(scenario_.faults[next_]); !done) return done;
    if (is_step_of_life(scenario_.faults[next_].kind)) ++on_their_way_;
    ++fired_[next_++];
  }
  return Done{};
}

void FaultSchedule::look(const Topology& now, Instant when) {
  if (on_their_way_ == 0) return;
  for (std::size_t i = 0; i < next_; ++i) {
    const Fault& fault = scenario_.faults[i];
    if (arrived_[i] || !is_step_of_life(fault.kind)) continue;
    const bool all = std::all_of(fault.targets.begin(), fault.targets.end(), [&](const std::string& city) {
      return has_arrived(fault.kind, now.cities[find_city(now, city)->value].state);
    });
    if (!all) continue;
    arrived_[i] = when - start_;
    --on_their_way_;
  }
}

std::optional<Instant> FaultSchedule::next_due() const {
  if (next_ == scenario_.faults.size()) return std::nullopt;
  return start_ + scenario_.faults[next_].at;
}

Result<Done> FaultSchedule::fire(const Fault& fault) {
  if (fault.kind == FaultKind::partition) return target_.partition(groups(fault), fault.one_way);
  if (fault.kind == FaultKind::heal) return calm_down();
  for (const std::string& target : fault.targets) {
    const auto city = find_city(scenario_.topology, target);
    auto done = city ? fire_at(fault, *city) : fire_at_process(fault.kind, target);
    if (!done) return done;
  }
  return Done{};
}

// A gateway or a relayer.
Result<Done> FaultSchedule::fire_at_process(FaultKind kind, const std::string& name) {
  const auto gateway = find_gateway(scenario_.topology, name);
  const std::size_t number = gateway ? *gateway : *find_relayer(scenario_.topology, name);
  std::set<std::size_t>& killed = gateway ? killed_gateways_ : killed_relayers_;
  if (kind == FaultKind::kill) {
    killed.insert(number);
    return gateway ? gateways_->kill_gateway(number) : relayers_->kill_relayer(number);
  }
  killed.erase(number);
  return gateway ? gateways_->restart_gateway(number) : relayers_->restart_relayer(number);
}

Result<Done> FaultSchedule::fire_at(const Fault& fault, CityIndex target) {
  switch (fault.kind) {
    case FaultKind::kill:
      killed_.insert(target);
      paused_.erase(target);
      return target_.kill(target);
    case FaultKind::restart:
      killed_.erase(target);
      return target_.restart(target);
    case FaultKind::lose_disk:
      return target_.lose_disk(target);
    case FaultKind::pause:
      paused_.insert(target);
      return target_.pause(target);
    case FaultKind::commission:
      return target_.commission(target);
    case FaultKind::drain:
      return target_.drain(target);
    case FaultKind::leave:
      return target_.leave(target);
    case FaultKind::resume:
      paused_.erase(target);
      return target_.resume(target);
    default:
      disturbed_.insert({fault.kind, target});
      return target_.disturb(fault.kind, target, fault.delay, fault.share);
  }
}

Result<Done> FaultSchedule::calm_down() {
  for (const auto& [kind, city] : disturbed_) {
    if (auto done = target_.disturb(kind, city, {}, 0); !done) return done;
  }
  disturbed_.clear();
  return target_.partition({}, false);
}

std::vector<std::vector<CityIndex>> FaultSchedule::groups(const Fault& fault) const {
  std::vector<std::vector<CityIndex>> groups;
  for (const auto& names : fault.groups) {
    groups.emplace_back();
    for (const std::string& name : names) groups.back().push_back(*find_city(scenario_.topology, name));
  }
  return groups;
}

Result<Done> FaultSchedule::heal() {
  if (auto done = calm_down(); !done) return done;
  for (const CityIndex city : paused_) {
    if (auto done = target_.resume(city); !done) return done;
  }
  for (const CityIndex city : killed_) {
    if (auto done = target_.restart(city); !done) return done;
  }
  for (const std::size_t relayer : killed_relayers_) {
    if (auto done = relayers_->restart_relayer(relayer); !done) return done;
  }
  for (const std::size_t gateway : killed_gateways_) {
    if (auto done = gateways_->restart_gateway(gateway); !done) return done;
  }
  paused_.clear();
  killed_.clear();
  killed_relayers_.clear();
  killed_gateways_.clear();
  return Done{};
}

void FaultSchedule::fill(Report& report) const {
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    const Fault& fault = scenario_.faults[i];
    std::optional<double> until = mended_at(scenario_.faults, i);
    if (arrived_[i]) until = arrived_[i]->seconds();
    report.faults.push_back({std::string(to_string(fault.kind)), fault.at.seconds(), fault.targets, fired_[i], until});
  }
}

}  // namespace bsn
