#include "sim/service_schedule.h"

#include <algorithm>
#include <string>

#include "sim/service_life.h"

namespace bsn {
namespace {

// The latest of that name: names of retired ones are free again.
const Service* latest(const Topology& topology, const std::string& id) {
  const auto found = std::find_if(topology.services.rbegin(), topology.services.rend(),
                                  [&](const Service& service) { return service.id == id; });
  return found == topology.services.rend() ? nullptr : &*found;
}

// Whether a service in this state is done with what the event asked for.
bool has_settled(ServiceEventKind asked, ServiceState state) {
  if (asked == ServiceEventKind::deploy) return state != ServiceState::starting;
  if (asked == ServiceEventKind::move) return state != ServiceState::moving;
  return asked == ServiceEventKind::retire && state == ServiceState::retired;
}

}  // namespace

Result<Done> ServiceSchedule::fire_due(Instant now) {
  for (auto due = next_due(); due && *due <= now; due = next_due()) {
    if (auto done = fire(scenario_.service_events[next_]); !done) return done;
    ++fired_[next_++];
  }
  return Done{};
}

std::optional<Instant> ServiceSchedule::next_due() const {
  if (next_ == scenario_.service_events.size()) return std::nullopt;
  return start_ + scenario_.service_events[next_].at;
}

Result<Done> ServiceSchedule::fire(const ServiceEvent& event) {
  switch (event.kind) {
    case ServiceEventKind::deploy:
      return host_.deploy_service(*find_order(scenario_, event.service));
    case ServiceEventKind::upgrade:
      return host_.upgrade_service(event.service, event.upgrade);
    case ServiceEventKind::move:
      return host_.move_service(event.service, event.move);
    default:
      return host_.retire_service(event.service);
  }
}

void ServiceSchedule::look(const Topology& now, Instant when) {
  for (std::size_t i = 0; i < next_; ++i) {
    const ServiceEvent& event = scenario_.service_events[i];
    if (settled_[i] || event.kind == ServiceEventKind::upgrade) continue;
    const Service* service = latest(now, event.service);
    if (service && has_settled(event.kind, service_state(now, *service))) settled_[i] = when - start_;
  }
}

void ServiceSchedule::fill(Report& report) const {
  for (std::size_t i = 0; i < scenario_.service_events.size(); ++i) {
    const ServiceEvent& event = scenario_.service_events[i];
    std::optional<double> until;
    if (settled_[i]) until = settled_[i]->seconds();
    report.service_events.push_back(
        {std::string(to_string(event.kind)), event.at.seconds(), {event.service}, fired_[i], until});
  }
}

}  // namespace bsn
