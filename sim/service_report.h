// What is shown of a service: in reports of runs, by `bsnsim service list` and to portals.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "core/gateway_spec.h"
#include "sim/report.h"
#include "sim/topology.h"

namespace bsn {

// `use` is its route's, `storage` what its largest host has on disk.
ServiceReport service_report(const Topology& topology, const Service& service, const RouteUse& use,
                             std::uint64_t storage);

boost::json::object service_json(const ServiceReport& service);

// A table, a service a line, with what it may use and what it used of it; empty without services. `width` as
// of TextTable::text.
std::string service_table(const std::vector<ServiceReport>& services, std::size_t width);

}  // namespace bsn
