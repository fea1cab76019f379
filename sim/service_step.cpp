#include "sim/service_step.h"

#include <array>

#include "sim/service_life.h"

namespace bsn {

std::string_view to_string(ServiceStep::Kind kind) {
  static constexpr std::array<std::string_view, 8> words = {"deploy",  "started", "upgrade", "move",
                                                            "arrived", "left",    "retire",  "drained"};
  return words[static_cast<std::size_t>(kind)];
}

Result<Topology> take(const Topology& topology, const ServiceStep& step) {
  switch (step.kind) {
    case ServiceStep::Kind::deploy:
      return deploy_service(topology, step.order);
    case ServiceStep::Kind::started:
      return service_started(topology, step.service);
    case ServiceStep::Kind::upgrade:
      return upgrade_service(topology, step.service, step.upgrade);
    case ServiceStep::Kind::move:
      return move_service(topology, step.service, step.move);
    case ServiceStep::Kind::arrived:
      return service_arrived(topology, step.service, step.move.to);
    case ServiceStep::Kind::left:
      return service_left(topology, step.service, step.move.from);
    case ServiceStep::Kind::retire:
      return retire_service(topology, step.service);
    case ServiceStep::Kind::drained:
      break;
  }
  return service_drained(topology, step.service);
}

bool shrinks(ServiceStep::Kind kind) {
  switch (kind) {
    case ServiceStep::Kind::deploy:
    case ServiceStep::Kind::started:
    case ServiceStep::Kind::move:
    case ServiceStep::Kind::arrived:
      return false;
    default:
      return true;
  }
}

}  // namespace bsn
