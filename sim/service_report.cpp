#include "sim/service_report.h"

#include <fmt/format.h>

#include "sim/service_life.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024, mib = kib * 1024, gib = mib * 1024;
  const auto shown = [&](std::uint64_t unit, const char* name) {
    return fmt::format("{:.3g} {}", static_cast<double>(bytes) / static_cast<double>(unit), name);
  };
  if (bytes >= gib) return shown(gib, "GiB");
  if (bytes >= mib) return shown(mib, "MiB");
  if (bytes >= kib) return shown(kib, "KiB");
  return shown(1, "B");
}

}  // namespace

ServiceReport service_report(const Topology& topology, const Service& service, const RouteUse& use,
                             std::uint64_t storage) {
  const Chain& chain = topology.chains[service.chain.value];
  ServiceReport report;
  report.service = service.id;
  report.framework = chain.name.network;
  report.project = service.project;
  report.state = to_string(service_state(topology, service));
  report.version = service.version;
  report.validators = chain.validators;
  report.followers = chain.followers;
  report.capacity = service.capacity;
  report.contracts = service.contracts;
  report.calls = use.calls;
  report.over_capacity = use.over_capacity;
  report.traffic = use.bytes_in + use.bytes_out;
  report.storage = storage;
  return report;
}

std::string service_table(const std::vector<ServiceReport>& services, std::size_t width) {
  TextTable table({"Service", "Ver", "State", "Cities", "Calls", "Over\nTPS", "TPS\nat most", "Traffic",
                   "A day\nat most", "Storage", "\nat most"});
  for (const ServiceReport& one : services) {
    table.add({one.framework + "/" + one.service, std::to_string(one.version), one.state,
               std::to_string(one.validators.size() + one.followers.size()), std::to_string(one.calls),
               std::to_string(one.over_capacity), fmt::format("{}", one.capacity.calls_per_second),
               size_text(one.traffic), size_text(one.capacity.traffic_per_day), size_text(one.storage),
               size_text(one.capacity.storage)});
  }
  return table.empty() ? "" : table.text(width);
}

}  // namespace bsn
