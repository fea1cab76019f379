// The keys of services in scenario and topology files. See sim/scenario_keys.h.
#pragma once

#include "sim/config_shapes.h"
#include "sim/service.h"

namespace bsn {

inline const ChoiceKind<ServiceEventKind> service_event_kind{{{"deploy", "upgrade", "move", "retire"}}};
inline constexpr SizeKind<std::uint64_t> stored_kind{0, most_stored};
inline constexpr ListKind<NameKind> names_kind{};

template <class V>
void describe(V& v, Capacity& capacity) {
  v.key("tps", capacity.calls_per_second, RealKind{0, 1e6}, "calls per second");
  v.key("storage", capacity.storage, stored_kind, "on disk, at each city node");
  v.key("traffic_per_day", capacity.traffic_per_day, stored_kind, "of calls and their answers");
}

template <class V>
void describe(V& v, ServiceOrder& order) {
  v.need("id", order.id, NameKind{}, "of the service; its chain is framework/id");
  v.need("framework", order.framework, NameKind{}, "an alliance network");
  v.key("project", order.project, TextKind{64}, "that alone may call it; none: whoever may call the framework");
  v.need("validators", order.validators, names_kind, "cities whose peers order and vote");
  v.key("followers", order.followers, names_kind, "cities with a full copy that does not vote");
  v.key("capacity", order.capacity, Section<Capacity>{}, "what it may use, set aside at every city that hosts it");
  v.key("contracts", order.contracts, names_kind, "kv, asset: those that may be called; none: all");
}

template <class V>
void describe(V& v, ServiceUpgrade& upgrade) {
  v.key("capacity", upgrade.capacity, Section<Capacity>{}, "of the next version; 0: as it is");
  v.key("contracts", upgrade.contracts, names_kind, "of the next version; none: as they are");
}

template <class V>
void describe(V& v, ServiceEvent& event) {
  v.need("at", event.at, DurationKind{}, "since the start of the first round");
  v.need("kind", event.kind, service_event_kind, "what happens to the service");
  v.need("service", event.service, NameKind{}, "its id; deploy: one of services");
  describe(v, event.upgrade);
  v.key("from", event.move.from, TextKind{64}, "move: the city that it leaves");
  v.key("to", event.move.to, TextKind{64}, "move: the city that stands in");
}

}  // namespace bsn
