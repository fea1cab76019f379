// Makes a list of faults possible, and ends what it began.
#include <algorithm>
#include <map>
#include <set>

#include "sim/swarm/swarm_scenario.h"

namespace bsn {
namespace {

enum class State : std::uint8_t { up, paused, down };

class Tidier {
 public:
  explicit Tidier(Scenario& scenario) : scenario_(scenario), end_(scenario.rounds.front().duration) {}

  void run() {
    std::stable_sort(scenario_.faults.begin(), scenario_.faults.end(),
                     [](const Fault& a, const Fault& b) { return a.at < b.at; });
    std::vector<Fault> kept;
    for (Fault& fault : scenario_.faults) {
      if (fault.at >= end_) continue;  // the mends of an earlier time
      std::erase_if(fault.targets, [&](const std::string& city) { return !fits(fault, city); });
      const bool network = fault.kind == FaultKind::partition || fault.kind == FaultKind::heal;
      if (!network && fault.targets.empty()) continue;
      if (network || disturbs(fault.kind)) disturbed_ = fault.kind != FaultKind::heal;
      kept.push_back(std::move(fault));
    }
    scenario_.faults = std::move(kept);
    mend();
  }

 private:
  static bool disturbs(FaultKind kind) {
    return kind == FaultKind::latency || kind == FaultKind::loss || kind == FaultKind::reset_peer ||
           kind == FaultKind::duplicate || kind == FaultKind::reorder || kind == FaultKind::clock_skew;
  }

  bool go(const std::string& city, State from, State to) {
    State& state = states_[city];
    if (state != from) return false;
    state = to;
    return true;
  }

  bool fits(const Fault& fault, const std::string& city) {
    switch (fault.kind) {
      case FaultKind::kill:
        return go(city, State::up, State::down) || go(city, State::paused, State::down);
      case FaultKind::restart:
        return go(city, State::down, State::up);
      case FaultKind::lose_disk:
        return go(city, State::down, State::down);
      case FaultKind::pause:
        return go(city, State::up, State::paused);
      case FaultKind::resume:
        return go(city, State::paused, State::up);
      default:
        return true;
    }
  }

  void mend() {
    if (disturbed_) scenario_.faults.push_back({.at = end_, .kind = FaultKind::heal});
    Fault resume{.at = end_, .kind = FaultKind::resume}, restart{.at = end_, .kind = FaultKind::restart};
    for (const auto& [city, state] : states_) {
      if (state == State::paused) resume.targets.push_back(city);
      if (state == State::down) restart.targets.push_back(city);
    }
    for (const Fault& fault : {resume, restart}) {
      if (!fault.targets.empty()) scenario_.faults.push_back(fault);
    }
  }

  Scenario& scenario_;
  Duration end_;
  std::map<std::string, State> states_;
  bool disturbed_ = false;
};

}  // namespace

void tidy_faults(Scenario& scenario) { Tidier(scenario).run(); }

}  // namespace bsn
