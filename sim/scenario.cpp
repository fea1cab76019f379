#include "sim/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "sim/call_template.h"
#include "sim/service_plan_check.h"

namespace bsn {
namespace {

constexpr std::array<std::string_view, 16> fault_names = {
    "kill", "restart",    "lose_disk", "pause",   "resume",     "partition",  "heal",  "latency",
    "loss", "reset_peer", "duplicate", "reorder", "clock_skew", "commission", "drain", "leave"};

bool has_share(FaultKind kind) {
  return kind == FaultKind::loss || kind == FaultKind::reset_peer || kind == FaultKind::duplicate ||
         kind == FaultKind::reorder;
}

bool has_delay(FaultKind kind) {
  return kind == FaultKind::latency || kind == FaultKind::reorder || kind == FaultKind::clock_skew;
}

class ScenarioCheck {
 public:
  explicit ScenarioCheck(const Scenario& scenario) : scenario_(scenario), index_(scenario.topology) {}

  std::vector<std::string> run() {
    findings_ = check(scenario_.topology);
    project();
    if (scenario_.rounds.empty()) found("rounds: there is no round; describe at least one");
    std::set<std::string> labels;
    for (std::size_t n = 0; n < scenario_.rounds.size(); ++n) {
      round(scenario_.rounds[n], fmt::format("rounds[{}]", n));
      if (!labels.insert(scenario_.rounds[n].label).second) {
        found("rounds[{}].label: '{}' names an earlier round already; choose another", n, scenario_.rounds[n].label);
      }
    }
    for (std::size_t n = 0; n < scenario_.faults.size(); ++n) fault(n);
    if (findings_.empty()) findings_ = check_service_plan(scenario_);
    return std::move(findings_);
  }

 private:
  template <class... Args>
  void found(fmt::format_string<Args...> format, Args&&... args) {
    findings_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void project() {
    if (scenario_.project.empty()) return;
    const auto& all = scenario_.topology.projects;
    const bool known =
        std::any_of(all.begin(), all.end(), [&](const Project& project) { return project.id == scenario_.project; });
    if (!known) found("project: unknown project '{}'; name one of the topology's projects", scenario_.project);
  }

  void round(const Round& round, const std::string& place) {
    if (round.mix.empty()) found("{}.mix: is empty; name at least one kind of call", place);
    for (std::size_t n = 0; n < round.mix.size(); ++n) mix_entry(round.mix[n], fmt::format("{}.mix[{}]", place, n));
    for (std::size_t n = 0; n < round.origins.size(); ++n) {
      origin(round.origins[n], fmt::format("{}.origins[{}]", place, n));
    }
    stages(round, place);
  }

  void mix_entry(const MixEntry& entry, const std::string& place) {
    const ServiceOrder* order = find_order(scenario_, entry.chain.chain);
    const bool service = order != nullptr && order->framework == entry.chain.network;
    if (!index_.chain(entry.chain) && !service) {
      const auto& networks = scenario_.topology.networks;
      const bool hosted = std::any_of(networks.begin(), networks.end(),
                                      [&](const Network& network) { return network.id == entry.chain.network; });
      found("{}.chain: nobody hosts '{}'{}; name one of the topology's chains or of the services", place,
            to_string(entry.chain), hosted ? "" : fmt::format(", there is no network '{}'", entry.chain.network));
    }
    arguments(entry, place);
    const bool read = entry.operation == Operation::query;
    if (read && entry.level != Level::local && entry.level != Level::final_) {
      found("{}.level: a query is answered at level local or final, not {}", place, to_string(entry.level));
    }
    if (!read && entry.level == Level::local) {
      found("{}.level: a submit waits for accepted, committed or final, not local", place);
    }
  }

  void arguments(const MixEntry& entry, const std::string& place) {
    if (entry.args.size() > CallLimits::args) {
      found("{}.args: {} arguments are more than a call may have; use at most {}", place, entry.args.size(),
            CallLimits::args);
    }
    const auto& networks = scenario_.topology.networks;
    const auto network = std::find_if(networks.begin(), networks.end(),
                                      [&](const Network& one) { return one.id == entry.chain.network; });
    if (network == networks.end()) return;
    for (const std::string& wrong : check_placeholders(entry, network->genesis_accounts)) {
      found("{}.args: {}", place, wrong);
    }
  }

  // Whether this city joins while the scenario runs.
  bool commissions(const std::string& id) const {
    return std::any_of(scenario_.faults.begin(), scenario_.faults.end(), [&](const Fault& fault) {
      return fault.kind == FaultKind::commission &&
             std::find(fault.targets.begin(), fault.targets.end(), id) != fault.targets.end();
    });
  }

  void origin(const std::string& id, const std::string& place) {
    const std::optional<CityIndex> city = index_.city(id);
    if (!city) return found("{}: unknown city '{}'; name one of the topology's cities", place, id);
    const CityState state = scenario_.topology.cities[city->value].state;
    if (!hosts_peers(state) && !commissions(id)) {
      found("{}: '{}' is under construction, calls can't start there; choose a connected city or commission it", place,
            id);
    }
  }

  void stages(const Round& round, const std::string& place) {
    const auto* staged = std::get_if<StagedRate>(&round.rate);
    if (staged == nullptr) return;
    Duration whole;
    for (const RateStage& stage : staged->stages) whole += stage.duration;
    if (whole != round.duration) {
      found("{}.rate.stages: the stages last {} together, the round lasts {}; make them equal", place, to_string(whole),
            to_string(round.duration));
    }
  }

  void fault(std::size_t n) {
    const Fault& fault = scenario_.faults[n];
    if (n > 0 && fault.at < scenario_.faults[n - 1].at) {
      found("faults[{}].at: {} is before the fault above it; list faults in the order of time", n, to_string(fault.at));
    }
    const bool partition = fault.kind == FaultKind::partition;
    const bool needs_targets = !partition && fault.kind != FaultKind::heal;
    if (needs_targets == fault.targets.empty()) {
      found("faults[{}].targets: {} {}", n, to_string(fault.kind),
            needs_targets ? "needs the cities it strikes" : "takes no targets; remove them");
    }
    if (partition == fault.groups.empty()) {
      found("faults[{}].groups: {} {}", n, to_string(fault.kind),
            partition ? "needs at least one group of cities" : "takes no groups; remove them");
    }
    if (fault.one_way && !partition) found("faults[{}].one_way: only a partition can be one-way; remove it", n);
    if (fault.share > 0 && !has_share(fault.kind)) {
      found("faults[{}].share: {} takes no share; remove it", n, to_string(fault.kind));
    }
    if (fault.delay.ns > 0 && !has_delay(fault.kind)) {
      found("faults[{}].delay: {} takes no delay; remove it", n, to_string(fault.kind));
    }
    fault_cities(fault, n);
  }

  void fault_cities(const Fault& fault, std::size_t n) {
    for (std::size_t k = 0; k < fault.targets.size(); ++k) {
      fault_target(fault, fault.targets[k], fmt::format("faults[{}].targets[{}]", n, k));
    }
    std::set<std::string> grouped;
    for (std::size_t g = 0; g < fault.groups.size(); ++g) {
      for (std::size_t k = 0; k < fault.groups[g].size(); ++k) {
        const std::string place = fmt::format("faults[{}].groups[{}][{}]", n, g, k);
        known(fault.groups[g][k], place);
        if (!grouped.insert(fault.groups[g][k]).second) {
          found("{}: '{}' is in a group already; name each city once", place, fault.groups[g][k]);
        }
      }
    }
  }

  void fault_target(const Fault& fault, const std::string& id, const std::string& place) {
    const bool gateway = find_gateway(scenario_.topology, id).has_value();
    if (!gateway && !find_relayer(scenario_.topology, id)) return known(id, place);
    if (fault.kind != FaultKind::kill && fault.kind != FaultKind::restart) {
      found("{}: '{}' is a {}; those can be killed and restarted only", place, id, gateway ? "gateway" : "relayer");
    }
  }

  void known(const std::string& id, const std::string& place) {
    if (!index_.city(id)) found("{}: unknown city '{}'; name one of the topology's cities", place, id);
  }

  const Scenario& scenario_;
  const TopologyIndex index_;
  std::vector<std::string> findings_;
};

}  // namespace

std::string_view to_string(FaultKind kind) { return fault_names[static_cast<std::size_t>(kind)]; }

const ServiceOrder* find_order(const Scenario& scenario, const std::string& id) {
  const auto found = std::find_if(scenario.services.begin(), scenario.services.end(),
                                  [&](const ServiceOrder& order) { return order.id == id; });
  return found == scenario.services.end() ? nullptr : &*found;
}

std::string access_key(const Scenario& scenario) {
  const std::vector<Project>& projects = scenario.topology.projects;
  for (const Project& project : projects) {
    if (project.id == scenario.project) return project.key;
  }
  return projects.empty() ? "" : projects.front().key;
}

std::vector<std::string> check(const Scenario& scenario) { return ScenarioCheck(scenario).run(); }

namespace {

bool ends_a_process(const Fault& fault, const Topology& topology) {
  const bool could = fault.kind == FaultKind::kill || fault.kind == FaultKind::restart ||
                     fault.kind == FaultKind::pause || fault.kind == FaultKind::resume;
  return could && std::any_of(fault.targets.begin(), fault.targets.end(),
                              [&](const std::string& target) { return find_city(topology, target).has_value(); });
}

}  // namespace

std::vector<std::string> faults_not_live(const Scenario& scenario) {
  std::vector<std::string> found;
  for (std::size_t n = 0; n < scenario.faults.size(); ++n) {
    const Fault& fault = scenario.faults[n];
    const bool virtual_only = fault.kind == FaultKind::lose_disk || has_share(fault.kind) || has_delay(fault.kind);
    if (virtual_only) {
      found.push_back(fmt::format("faults[{}].kind: {} happens in virtual time only; remove it, or run without --live",
                                  n, to_string(fault.kind)));
    }
    if (scenario.hosting != Hosting::process_per_node && ends_a_process(fault, scenario.topology)) {
      found.push_back(
          fmt::format("faults[{}].kind: {} of a city needs a process of its own; set hosting: process-per-node", n,
                      to_string(fault.kind)));
    }
    if (fault.one_way) {
      found.push_back(
          fmt::format("faults[{}].one_way: live partitions cut both ways; remove it, or run without --live", n));
    }
  }
  return found;
}

}  // namespace bsn
