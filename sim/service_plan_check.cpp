#include "sim/service_plan_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/edit_distance.h"
#include "sim/life_cycle.h"
#include "sim/seat_life.h"
#include "sim/service_life.h"

namespace bsn {
namespace {

class ServicePlan {
 public:
  explicit ServicePlan(const Scenario& scenario) : scenario_(scenario), topology_(scenario.topology) {}

  std::vector<std::string> run() {
    for (std::size_t n = 0; n < scenario_.services.size(); ++n) {
      const ServiceOrder& first = *find_order(scenario_, scenario_.services[n].id);
      if (&first != &scenario_.services[n]) {
        findings_.push_back(
            fmt::format("services[{}].id: '{}' names an earlier service already; choose another", n, first.id));
      }
    }
    std::size_t faults = 0;
    for (std::size_t n = 0; n < scenario_.service_events.size(); ++n) {
      const ServiceEvent& event = scenario_.service_events[n];
      if (n > 0 && event.at < scenario_.service_events[n - 1].at) {
        findings_.push_back(
            fmt::format("service_events[{}].at: {} is before the event above it; list them in the order "
                        "of time",
                        n, to_string(event.at)));
      }
      for (; faults < scenario_.faults.size() && scenario_.faults[faults].at <= event.at; ++faults) {
        for (const std::string& city : scenario_.faults[faults].targets) live(scenario_.faults[faults].kind, city);
      }
      const Result<Done> done = happen(event);
      if (!done) findings_.push_back(fmt::format("service_events[{}]: {}", n, done.error().message));
    }
    return std::move(findings_);
  }

 private:
  Result<Done> take(Result<Topology> next) {
    if (!next) return next.error();
    topology_ = std::move(*next);
    return Done{};
  }

  // What does not fit here is not this check's business.
  void live(FaultKind kind, const std::string& city) {
    if (kind == FaultKind::commission && take(commission(topology_, city)).ok()) take(connect(topology_, city)).ok();
    if (kind == FaultKind::drain || kind == FaultKind::leave) take(drain(topology_, city)).ok();
    if (kind == FaultKind::leave) take(leave(topology_, city)).ok();
  }

  Result<Done> happen(const ServiceEvent& event) {
    switch (event.kind) {
      case ServiceEventKind::deploy:
        return deploy(event.service);
      case ServiceEventKind::upgrade:
        return take(upgrade_service(topology_, event.service, event.upgrade));
      case ServiceEventKind::move:
        return move(event.service, event.move);
      default:
        if (auto done = take(retire_service(topology_, event.service)); !done) return done;
        return take(service_drained(topology_, event.service));
    }
  }

  Result<Done> deploy(const std::string& id) {
    const ServiceOrder* order = find_order(scenario_, id);
    if (order == nullptr) {
      std::vector<std::string> known;
      for (const ServiceOrder& one : scenario_.services) known.push_back(one.id);
      return Error{ErrorCode::not_found,
                   fmt::format("there is no service '{}' in services{}", id, suggestion(id, known))};
    }
    if (auto done = take(deploy_service(topology_, *order)); !done) return done;
    return take(service_started(topology_, id));
  }

  Result<Done> move(const std::string& id, const ServiceMove& way) {
    if (auto done = take(move_service(topology_, id, way)); !done) return done;
    const Chain& chain = topology_.chains[(*find_service(topology_, id))->chain.value];
    const ChainName name = chain.name;
    const bool validator = std::count(chain.validators.begin(), chain.validators.end(), way.from) > 0;
    if (validator) {
      if (auto done = take(promote(topology_, name, way.to)); !done) return done;
      if (auto done = take(settle(topology_, name)); !done) return done;
    }
    if (auto done = take(service_arrived(topology_, id, way.to)); !done) return done;
    if (auto done = take(service_left(topology_, id, way.from)); !done || !validator) return done;
    if (auto done = take(settle(topology_, name)); !done) return done;
    return take(service_left(topology_, id, way.from));
  }

  const Scenario& scenario_;
  Topology topology_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> check_service_plan(const Scenario& scenario) { return ServicePlan(scenario).run(); }

}  // namespace bsn
