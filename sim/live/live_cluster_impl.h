// What a live cluster consists of. Private to live_cluster.cpp, which starts and ends it, and live_operator.cpp, which
// changes its topology while it runs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/live/child.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"
#include "sim/live/process.h"

namespace bsn {

struct LiveCluster::Impl {
  Topology topology;
  ClusterOptions options;
  std::vector<Child> nodes;     // by CityIndex, BSN's own
  std::vector<Child> shared;    // the processes that several of them share; none: each node has its own
  Child outside;                // hosts all further cities, in their order; not started when there are none
  std::vector<Child> gateways;  // as gateway_name() numbers them: the first holds accounts and quotas
  std::vector<Child> relayers;  // as in cross_chain.relayers
  ClusterRpc rpc;
  pid_t group = 0;
  bool released = false;
  std::set<CityIndex> leaving;  // to leave once no call is out there
  std::optional<Endpoint> operator_;

  // Who has not heard of the present topology yet, and in which order they shall. Growing, the nodes are told first;
  // shrinking, the gateway.
  enum class First : std::uint8_t { nodes, gateway };
  std::set<CityIndex> untold;
  bool gateway_untold = false;
  First first = First::nodes;

  Result<Done> spawn(Child& child, const char* program, const std::string& listen,
                     const std::vector<std::string>& more = {});
  Result<Done> spawn_all();
  Result<Done> spawn_hosts(std::vector<Child*>& all);
  void place_nodes();
  Child named(const std::string& name) const;
  Result<Done> commission();
  NodeSpec spec_of(CityIndex city);
  GatewaySpec spec_of_gateway(std::size_t number);

  void adopt(const Endpoints& endpoints);

  // Of gateways (live_gateways.cpp).
  Result<Done> spawn_gateways();
  Result<Done> spawn_gateway(std::size_t number, const std::string& listen, const std::string& http);
  Result<Done> commission_gateways(Duration limit);
  Result<GatewayCounts> counts();  // of all of them together
  std::vector<Endpoint> gateway_endpoints() const;

  // Of relayers (live_relayers.cpp).
  Result<Done> spawn_relayers();
  Result<Done> spawn_relayer(std::size_t number);
  std::vector<Endpoint> relayer_endpoints() const;

  // Later assignments (live_operator.cpp).
  Result<Done> take(const ClusterStep& step);
  Result<Done> take(LifeStep::Kind kind, CityIndex city);
  Result<Done> assign(Topology next, First order);
  Result<Done> hand_out();
  Result<Done> tell_nodes();
  Result<Done> tell_gateway();
  Result<Done> connect_joined();
  Result<Done> let_drained_leave();
  // Of seats (live_seats.cpp).
  std::map<CityIndex, std::vector<ChainDigest>> ask_members_that_change();
  std::optional<LifeStep> seat_step_of(const Chain& chain,
                                       const std::map<CityIndex, std::vector<ChainDigest>>& digests) const;
  Result<Done> advance_seats();
  // Of services (live_services.cpp).
  Result<Done> advance_services();
  Result<Done> shrink_services();
  std::vector<ServiceStep> steps_of(const Service& service,
                                    const std::map<CityIndex, std::vector<ChainDigest>>& digests) const;
  std::vector<ServiceStep> last_steps_of(const Service& service, const std::vector<CityIndex>& busy) const;
  void tell_of_end(const ServiceStep& step);
  std::map<CityIndex, std::vector<ChainDigest>> ask_service_hosts();
  std::map<ChainIndex, std::uint64_t> storage_of_services();
  Result<Done> write_endpoint_file();
  std::vector<Endpoint> endpoints();
  const std::string& address_of(CityIndex city) const;
  std::vector<std::vector<CityIndex>> shared_loops() const;  // as GatewaySpec has them
  std::vector<std::string> serving_addresses();
  Result<Child*> running_node(CityIndex city);
};

}  // namespace bsn
