#include "sim/swarm/swarm_shrink.h"

#include <algorithm>
#include <utility>

#include "sim/swarm/swarm_scenario.h"

namespace bsn {
namespace {

void forget_city(Scenario& scenario, const std::string& city) {
  Topology& topology = scenario.topology;
  std::erase_if(topology.cities, [&](const City& one) { return one.id == city; });
  for (Chain& chain : topology.chains) {
    std::erase(chain.validators, city);
    std::erase(chain.followers, city);
    if (chain.stake.size() > chain.validators.size()) chain.stake.pop_back();
  }
  for (Fault& fault : scenario.faults) {
    std::erase(fault.targets, city);
    for (auto& group : fault.groups) std::erase(group, city);
    std::erase_if(fault.groups, [](const auto& group) { return group.empty(); });
  }
  std::erase_if(scenario.faults,
                [](const Fault& fault) { return fault.kind == FaultKind::partition && fault.groups.empty(); });
}

class Shrinker {
 public:
  Shrinker(Scenario scenario, const StillFails& still_fails, int runs)
      : best_(std::move(scenario)), still_fails_(still_fails), runs_(runs) {}

  Scenario run() {
    bool smaller = true;
    while (smaller && runs_ > 0) {
      smaller = fewer_faults();
      smaller |= fewer_targets();
      smaller |= fewer_cities();
      smaller |= fewer_calls();
    }
    return best_;
  }

 private:
  bool accept(Scenario candidate) {
    if (runs_ <= 0) return false;
    --runs_;
    tidy_faults(candidate);
    if (!still_fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  // The mends at the end of the storm come and go with what they mend.
  std::size_t storm_faults() const {
    const Duration end = best_.rounds.front().duration;
    return static_cast<std::size_t>(
        std::count_if(best_.faults.begin(), best_.faults.end(), [&](const Fault& fault) { return fault.at < end; }));
  }

  bool fewer_faults() {
    bool smaller = false;
    for (std::size_t piece = std::max<std::size_t>(1, storm_faults() / 2);; piece /= 2) {
      for (std::size_t from = 0; from < storm_faults() && runs_ > 0;) {
        Scenario without = best_;
        const auto begin = without.faults.begin() + static_cast<std::ptrdiff_t>(from);
        without.faults.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(piece, storm_faults() - from)));
        if (accept(std::move(without))) {
          smaller = true;
        } else {
          from += piece;
        }
      }
      if (piece == 1) return smaller;
    }
  }

  bool fewer_targets() {
    bool smaller = false;
    for (std::size_t n = 0; n < storm_faults(); ++n) {
      for (std::size_t k = 0; n < storm_faults() && best_.faults[n].targets.size() > 1 &&
                              k < best_.faults[n].targets.size() && runs_ > 0;) {
        Scenario without = best_;
        without.faults[n].targets.erase(without.faults[n].targets.begin() + static_cast<std::ptrdiff_t>(k));
        if (accept(std::move(without))) {
          smaller = true;
        } else {
          ++k;
        }
      }
    }
    return smaller;
  }

  bool fewer_cities() {
    bool smaller = false;
    const Chain chain = best_.topology.chains.front();
    for (const std::string& city : chain.followers) smaller |= without_city(city);
    if (chain.validators.size() > 1 && !loses_disks()) smaller |= without_city(chain.validators.back());
    return smaller;
  }

  // Of fewer validators fewer may lose their disks: the failure would become another one.
  bool loses_disks() const {
    return std::any_of(best_.faults.begin(), best_.faults.end(),
                       [](const Fault& fault) { return fault.kind == FaultKind::lose_disk; });
  }

  bool without_city(const std::string& city) {
    Scenario without = best_;
    forget_city(without, city);
    return accept(std::move(without));
  }

  bool fewer_calls() {
    bool smaller = false;
    for (std::size_t n = best_.rounds.front().mix.size(); n-- > 0;) {
      if (best_.rounds.front().mix.size() == 1) break;
      Scenario without = best_;
      without.rounds.front().mix.erase(without.rounds.front().mix.begin() + static_cast<std::ptrdiff_t>(n));
      smaller |= accept(std::move(without));
    }
    return smaller;
  }

  Scenario best_;
  const StillFails& still_fails_;
  int runs_;
};

}  // namespace

Scenario shrink_swarm_scenario(Scenario scenario, const StillFails& still_fails, int runs_max) {
  return Shrinker(std::move(scenario), still_fails, runs_max).run();
}

}  // namespace bsn
