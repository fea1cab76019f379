// A live cluster: bsn-node processes for the cities, shared or not (sim/hosting.h), one for all hosts outside BSN if
// there are any, a bsn-gateway for each gateway and a bsn-relayer for each relayer of the topology, on loopback, on
// ports that the system chose.
//
// Start: spawn all, read each one's announced address, commission the nodes (who they are, whom they talk to), then the
// gateways, and wait until every node of a connected city is healthy. A child that dies on the way ends the start at
// once with its exit status and last log lines. Used from one thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/result.h"
#include "core/time.h"
#include "sim/cluster_step.h"
#include "sim/fault_schedule.h"
#include "sim/hosting.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/endpoints.h"
#include "sim/service_schedule.h"
#include "sim/topology.h"

namespace bsn {

struct ClusterOptions {
  std::string bin_dir;  // holds bsn-node, bsn-gateway and bsn-relayer
  std::string run_dir;  // gets data/<city>/, logs/<city>.log and endpoints.json; must not hold a running cluster
  std::uint64_t seed = 1;
  Durability durability = Durability::fsync;
  Hosting hosting = Hosting::process_per_node;
  bool die_with_parent = true;  // false: the cluster outlives this process (`bsnsim up`)
  std::string gateway_listen = "127.0.0.1:0";
  std::string gateway_http = "127.0.0.1:0";
  std::string relayer_key{};            // the access key that relayers call with; empty: the first project's
  Duration start_limit = seconds(120);  // for everything
  std::function<void(const std::string&)> progress = [](const std::string&) {};
  const std::atomic<bool>* stop = nullptr;  // becomes true when the user wants out
  // Told of every step of a city's or service's life before anyone else hears of it; its Error means that the step is
  // not taken.
  std::function<Result<Done>(const ClusterStep&)> on_step = [](const ClusterStep&) { return Result<Done>(Done{}); };
  // A city is about to lose its peer of a chain with all that is stored there. Called by operate().
  std::function<void(CityIndex, ChainIndex)> before_peer_ends = [](CityIndex, ChainIndex) {};
};

// "136 city nodes, a gateway and 2 relayers": the processes that make up a cluster of this topology, for people.
std::string processes_of(const Topology& topology);

class LiveCluster : public FaultTarget, public RelayerTarget, public GatewayTarget, public ServiceHost {
 public:
  static Result<std::unique_ptr<LiveCluster>> start(const Topology& topology, const ClusterOptions& options);
  // The cluster that these endpoints name, which someone started and released. `topology` is what it was started with,
  // `steps` are those it has taken since. A step that not every process has heard of is told again by operate().
  static Result<std::unique_ptr<LiveCluster>> adopt(const Topology& topology, const std::vector<ClusterStep>& steps,
                                                    const ClusterOptions& options, const Endpoints& endpoints);
  ~LiveCluster() override;  // stops it, unless it may outlive this process and release() was called

  // Ends every process: SIGTERM, then SIGKILL for those that are left after 5 s.
  void stop();
  // Leaves the processes running and forgets them.
  void release();

  // Of the first gateway, or of the one of this number.
  const std::string& gateway_address(std::size_t number = 0) const;
  std::vector<std::string> gateway_addresses() const;  // of all, by number
  const std::string& http_address(std::size_t number = 0) const;
  const std::string& node_address(CityIndex city) const;

  // Faults. An unknown, already ended or outside node is an Error, and one that shares its process.
  Result<Done> kill(CityIndex city) override;
  Result<Done> restart(CityIndex city) override;  // same address, same data; returns when it serves again
  Result<Done> pause(CityIndex city) override;
  Result<Done> resume(CityIndex city) override;
  // By its place in cross_chain.relayers. Started again, a relayer reads the chains anew.
  Result<Done> kill_relayer(std::size_t number) override;
  Result<Done> restart_relayer(std::size_t number) override;
  void stop_relayers();  // for good
  // Steps that the relayers that run have put to rest, as their figures say.
  std::uint64_t given_up_by_relayers() const;
  // By its number in gateway_name(). Started again, a gateway has the same address and what it stored.
  Result<Done> kill_gateway(std::size_t number) override;
  Result<Done> restart_gateway(std::size_t number) override;
  // What all gateways that run have counted since each was started last.
  Result<GatewayCounts> counts();
  // The first steps of life_cycle.h; operate() takes the later ones.
  Result<Done> commission(CityIndex city) override;
  // The same, and it becomes a validator of these chains ("network/chain") when it has caught up.
  Result<Done> commission(CityIndex city, const std::vector<std::string>& validates);
  Result<Done> drain(CityIndex city) override;
  Result<Done> leave(CityIndex city) override;

  // The first steps of service_life.h; operate() takes the later ones.
  Result<Done> deploy_service(const ServiceOrder& order) override;
  Result<Done> upgrade_service(const std::string& id, const ServiceUpgrade& upgrade) override;
  Result<Done> move_service(const std::string& id, const ServiceMove& move) override;
  Result<Done> retire_service(const std::string& id) override;
  // Any of them, as a value.
  Result<Done> take(const ServiceStep& step);
  // With what each has used so far: asks the gateway and every host.
  Result<std::vector<ServiceReport>> services();

  // Tells of the last step whoever has not heard of it. Looks at the cities and services that come or go and takes
  // each's next step if its time has come. To be called several times a second while changing().
  Result<Done> operate();
  bool changing() const;
  const Topology& topology() const;                  // as it is now
  bool leaving(CityIndex city) const;                // it leaves once no call is out there
  Result<std::uint64_t> open_calls(CityIndex city);  // that the gateway has out there

  // From now on the endpoint file names this process as the cluster's operator.
  Result<Done> name_operator(const Endpoint& process);

  // Cities of one group reach each other only; an empty list heals.
  Result<Done> partition(const std::vector<std::vector<CityIndex>>& groups, bool one_way) override;
  // Virtual time alone can do these: Errors (see faults_not_live of sim/scenario.h), and so is a one-way partition.
  Result<Done> lose_disk(CityIndex city) override;
  Result<Done> disturb(FaultKind kind, CityIndex city, Duration delay, double share) override;

  // An Error when a child ended that was not killed by a fault: which, how, and its last lines.
  Result<Done> check_children();

  // All final blocks of the chain's peer in this city.
  Result<std::vector<BlockPtr>> blocks(CityIndex city, const ChainSpec& chain);

  // What every peer of every running node says of itself now, by city; a node that does not answer in
  // time has no entry.
  std::map<CityIndex, std::vector<ChainDigest>> digests(Duration limit);
  std::map<CityIndex, std::vector<ChainDigest>> digests_of(const std::vector<CityIndex>& some, Duration limit);

  // Whether every chain with a running majority has a leader or a block.
  bool settled();

 private:
  struct Impl;
  explicit LiveCluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bsn
