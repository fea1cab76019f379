// The scenario's faults, each when its time has come, on whatever cluster there is: used by both runners.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/result.h"
#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

// What can be done to a cluster. An Error when the fault does not fit the node's state (to kill a dead one ...).
class FaultTarget {
 public:
  virtual ~FaultTarget() = default;
  virtual Result<Done> kill(CityIndex city) = 0;
  virtual Result<Done> restart(CityIndex city) = 0;  // with what its disk holds
  virtual Result<Done> lose_disk(CityIndex city) = 0;
  virtual Result<Done> pause(CityIndex city) = 0;  // inputs wait, time passes
  virtual Result<Done> resume(CityIndex city) = 0;
  // The first steps of life_cycle.h; the cluster takes the following ones when their time has come: a commissioned city
  // is connected once it has caught up, one that shall leave leaves once no call is out there.
  virtual Result<Done> commission(CityIndex city) = 0;
  virtual Result<Done> drain(CityIndex city) = 0;
  virtual Result<Done> leave(CityIndex city) = 0;
  // Cities of one group reach each other only, those that no group names form one more; an empty list heals. One-way:
  // messages of a group reach the groups before it too.
  virtual Result<Done> partition(const std::vector<std::vector<CityIndex>>& groups, bool one_way) = 0;
  // One of the faults of links, or clock_skew, which each replace what was set of their kind.
  virtual Result<Done> disturb(FaultKind kind, CityIndex city, Duration delay, double share) = 0;
};

// The relayers of a cluster, by their places in cross_chain.relayers. Errors as above.
class RelayerTarget {
 public:
  virtual ~RelayerTarget() = default;
  virtual Result<Done> kill_relayer(std::size_t number) = 0;     // what it knew is gone
  virtual Result<Done> restart_relayer(std::size_t number) = 0;  // it reads the chains anew
};

// The gateways of a cluster, by their numbers (gateway_name() of sim/topology.h). Errors as above.
class GatewayTarget {
 public:
  virtual ~GatewayTarget() = default;
  virtual Result<Done> kill_gateway(std::size_t number) = 0;     // its open calls are lost
  virtual Result<Done> restart_gateway(std::size_t number) = 0;  // with what its disk holds
};

class FaultSchedule {
 public:
  // `start` is when the first round began. `relayers` and `gateways` may be null when no fault strikes any. Scenario
  // and targets outlive the schedule.
  FaultSchedule(const Scenario& scenario, FaultTarget& target, RelayerTarget* relayers, GatewayTarget* gateways,
                Instant start);

  // Fires every fault that is due at or before `now`, in order; stops at the first Error.
  Result<Done> fire_due(Instant now);

  // When the next fault is due; nullopt: all have fired.
  std::optional<Instant> next_due() const;

  // Notes which cities have arrived where a commission, drain or leave sends them: where its band ends. To be called
  // after every step of the cluster; looks at cities only while one is on its way.
  void look(const Topology& now, Instant when);

  // So that the judges can read every node: whatever is still broken is mended.
  Result<Done> heal();

  // Appends one FaultReport per planned fault.
  void fill(Report& report) const;

 private:
  Result<Done> fire(const Fault& fault);
  Result<Done> fire_at(const Fault& fault, CityIndex target);
  Result<Done> fire_at_process(FaultKind kind, const std::string& name);
  Result<Done> calm_down();
  std::vector<std::vector<CityIndex>> groups(const Fault& fault) const;

  const Scenario& scenario_;
  FaultTarget& target_;
  RelayerTarget* relayers_;
  GatewayTarget* gateways_;
  Instant start_;
  std::vector<std::uint64_t> fired_;              // by fault
  std::vector<std::optional<Duration>> arrived_;  // likewise, since start_: life-cycle steps that have ended
  std::size_t on_their_way_ = 0;                  // life-cycle steps that have not
  std::size_t next_ = 0;
  std::set<CityIndex> killed_, paused_;
  std::set<std::size_t> killed_relayers_, killed_gateways_;
  std::set<std::pair<FaultKind, CityIndex>> disturbed_;
};

}  // namespace bsn
