// What becomes of a scenario's services, each event when its time has come, on whatever cluster there is: used by both
// runners.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.h"
#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

// What a portal can ask of a cluster: the first steps of sim/service_life.h; the cluster takes the later ones when
// their time has come. An Error says why not; then nothing has changed.
class ServiceHost {
 public:
  virtual ~ServiceHost() = default;
  virtual Result<Done> deploy_service(const ServiceOrder& order) = 0;
  virtual Result<Done> upgrade_service(const std::string& id, const ServiceUpgrade& upgrade) = 0;
  virtual Result<Done> move_service(const std::string& id, const ServiceMove& move) = 0;
  virtual Result<Done> retire_service(const std::string& id) = 0;
};

class ServiceSchedule {
 public:
  // `start` is when the first round began. Scenario and host outlive the schedule.
  ServiceSchedule(const Scenario& scenario, ServiceHost& host, Instant start)
      : scenario_(scenario),
        host_(host),
        start_(start),
        fired_(scenario.service_events.size(), 0),
        settled_(scenario.service_events.size()) {}

  // Fires every event that is due at or before `now`, in order; stops at the first Error.
  Result<Done> fire_due(Instant now);

  // When the next event is due; nullopt: all have fired.
  std::optional<Instant> next_due() const;

  // Notes which services run, have moved or are gone, as an event asked: where its band ends. To be called after every
  // step of the cluster.
  void look(const Topology& now, Instant when);

  // Appends one FaultReport per planned event.
  void fill(Report& report) const;

 private:
  Result<Done> fire(const ServiceEvent& event);

  const Scenario& scenario_;
  ServiceHost& host_;
  Instant start_;
  std::vector<std::uint64_t> fired_;              // by event
  std::vector<std::optional<Duration>> settled_;  // likewise, since start_; never for an upgrade, which takes no time
  std::size_t next_ = 0;
};

}  // namespace bsn
