// The endpoint file of a live cluster: endpoints.json in its folder says where everything is.
//
// Written by the launcher once all is healthy, read by `bsnsim down|status|logs|call` and by other programs. A process
// is named by pid and start time, so that a pid used again by a stranger is never signalled.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/live/process.h"

namespace bsn {

struct Endpoint {
  std::string name;                   // city id, relayer's name, "gateway", "gateway-CITY", "outside" or "operator"
  std::string state;                  // city state; empty for the gateway
  std::vector<std::string> networks;  // "fabric/supply-chain" ...
  std::string grpc;                   // "127.0.0.1:40001"
  std::string log;                    // path
  pid_t pid = 0;
  std::uint64_t started = 0;        // start time in clock ticks since boot, /proc/PID/stat field 22
  std::vector<std::string> more{};  // its further addresses, of a process that serves on several
  std::string gateway{};            // of a city node: the name of the nearest gateway
  std::string http{};               // where the gateway serves HTTP/1.1, a relayer its figures; empty for the others
};

struct Endpoints {
  std::string topology;
  std::string run_dir;
  std::string access_key;  // of the topology's first project, so that `call` works without one
  std::string home;        // the first gateway's home city, by whose id signed requests name it
  Endpoint gateway;        // the first, which holds the accounts
  std::vector<Endpoint> city_nodes;
  std::optional<Endpoint> outside;        // the process of all hosts outside BSN, if there are any
  std::vector<Endpoint> more_gateways{};  // "gateway-CITY"
  std::vector<Endpoint> relayers{};       // `http`: where their Prometheus figures are
  std::optional<Endpoint> operator_;      // bsn-operator, if the cluster was started with one

  // Every process of the cluster, the operator first: it is to be ended before those whom it looks after, and
  // relayers before those whom they call.
  std::vector<Endpoint> all() const;

  // The gateways, the first one first.
  std::vector<Endpoint> gateways() const;
  // The gateway to which callers in this city go; of a city that is not there (or ""), the first one.
  const Endpoint& gateway_near(const std::string& city) const;
  // The city where this gateway is at home.
  std::string home_of(const Endpoint& gateway) const;
};

// Replaces the file in one step (write beside, rename).
Result<Done> write_endpoints(const Endpoints& endpoints);
Result<Endpoints> read_endpoints(const std::string& run_dir);
void remove_endpoints(const std::string& run_dir);

inline bool still_running(const Endpoint& endpoint) {
  return endpoint.started != 0 && process_started(endpoint.pid) == endpoint.started;
}

// SIGTERM to all that still run, SIGKILL after `patience_ms` to those that are left. How many had to be ended.
int stop_processes(const std::vector<Endpoint>& endpoints, int patience_ms);

}  // namespace bsn
