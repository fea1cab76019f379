#include "sim/service_schedule.h"

#include <string>

namespace bsn {

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

void ServiceSchedule::fill(Report& report) const {
  for (std::size_t i = 0; i < scenario_.service_events.size(); ++i) {
    const ServiceEvent& event = scenario_.service_events[i];
    report.service_events.push_back(
        {std::string(to_string(event.kind)), event.at.seconds(), {event.service}, fired_[i]});
  }
}

}  // namespace bsn
