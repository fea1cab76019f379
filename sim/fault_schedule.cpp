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

std::optional<double> mended_at(const std::vector<Fault>& faults, std::size_t which) {
  for (std::size_t later = which + 1; later < faults.size(); ++later) {
    if (mends(faults[later], faults[which])) return faults[later].at.seconds();
  }
  return std::nullopt;
}

}  // namespace

FaultSchedule::FaultSchedule(const Scenario& scenario, FaultTarget& target, Instant start)
    : scenario_(scenario), target_(target), start_(start), fired_(scenario.faults.size(), 0) {}

Result<Done> FaultSchedule::fire_due(Instant now) {
  for (auto due = next_due(); due && *due <= now; due = next_due()) {
    if (auto done = fire(scenario_.faults[next_]); !done) return done;
    ++fired_[next_++];
  }
  return Done{};
}

std::optional<Instant> FaultSchedule::next_due() const {
  if (next_ == scenario_.faults.size()) return std::nullopt;
  return start_ + scenario_.faults[next_].at;
}

Result<Done> FaultSchedule::fire(const Fault& fault) {
  if (fault.kind == FaultKind::partition) return target_.partition(groups(fault), fault.one_way);
  if (fault.kind == FaultKind::heal) return calm_down();
  for (const std::string& city : fault.targets) {
    if (auto done = fire_at(fault, *find_city(scenario_.topology, city)); !done) return done;
  }
  return Done{};
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
  paused_.clear();
  killed_.clear();
  return Done{};
}

void FaultSchedule::fill(Report& report) const {
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    const Fault& fault = scenario_.faults[i];
    report.faults.push_back({std::string(to_string(fault.kind)), fault.at.seconds(), fault.targets, fired_[i],
                             mended_at(scenario_.faults, i)});
  }
}

}  // namespace bsn
