#include "sim/live/live_cluster.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "sim/live/live_cluster_impl.h"
#include "sim/outside.h"

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int stop_patience_ms = 5'000;
constexpr Duration rpc_limit = seconds(20);

std::string binary(const ClusterOptions& options, const char* name) { return options.bin_dir + "/" + name; }

// Of a process of several nodes. A loop waits for the disk, so there are some more of them when it must.
std::size_t loops_of(Durability durability) { return durability == Durability::fsync ? 8 : 2; }

// What such a process is told.
std::vector<std::string> sharing(std::size_t nodes, Durability durability) {
  return {"--hosts", std::to_string(nodes), "--loops", std::to_string(loops_of(durability))};
}

Result<Done> check_binaries(const Topology& topology, const ClusterOptions& options) {
  std::vector<const char*> needed = {"bsn-node", "bsn-gateway"};
  if (!topology.cross_chain.relayers.empty()) needed.push_back("bsn-relayer");
  for (const char* name : needed) {
    if (!std::filesystem::exists(binary(options, name))) {
      return Error{ErrorCode::io, "there is no " + binary(options, name) +
                                      "; build it (scripts/build.sh) or name its folder with --bin-dir"};
    }
  }
  return Done{};
}

Result<Done> make_folders(const ClusterOptions& options) {
  std::error_code error;
  for (const char* folder : {"/data", "/logs"}) {
    std::filesystem::create_directories(options.run_dir + folder, error);
    if (error) {
      return Error{ErrorCode::io, "can't make " + options.run_dir + folder + ": " + error.message()};
    }
  }
  return Done{};
}

}  // namespace

Result<Done> LiveCluster::Impl::spawn(Child& child, const char* program, const std::string& listen,
                                      const std::vector<std::string>& more) {
  ProcessOptions start;
  start.executable = binary(options, program);
  start.arguments = {"--listen", listen, "--data-dir", options.run_dir + "/data/" + child.name};
  start.arguments.insert(start.arguments.end(), more.begin(), more.end());
  if (options.die_with_parent) start.arguments.emplace_back("--die-with-parent");
  start.log_path = child.log;
  start.process_group = group;
  Result<Process> process = Process::start(start);
  if (!process) return process.error();
  child.process = std::move(*process);
  if (group == 0) group = child.process.pid();
  return Done{};
}

Child LiveCluster::Impl::named(const std::string& name) const {
  Child child;
  child.name = name;
  child.log = options.run_dir + "/logs/" + name + ".log";
  return child;
}

// The nodes' own processes, or those that they share.
Result<Done> LiveCluster::Impl::spawn_hosts(std::vector<Child*>& all) {
  for (std::size_t i = 0; i < own_cities(topology); ++i) nodes.push_back(named(topology.cities[i].id));
  if (options.hosting == Hosting::process_per_node) {
    for (Child& node : nodes) {
      if (auto done = spawn(node, "bsn-node", "127.0.0.1:0"); !done) return done;
      all.push_back(&node);
    }
    return Done{};
  }
  const std::vector<HostGroup> groups = host_groups(topology, options.hosting);
  for (const HostGroup& each : groups) shared.push_back(named(each.name));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (auto done = spawn(shared[i], "bsn-node", "127.0.0.1:0", sharing(groups[i].cities.size(), options.durability));
        !done) {
      return done;
    }
    all.push_back(&shared[i]);
  }
  return Done{};
}

// Tells the nodes that share a process where they are.
void LiveCluster::Impl::place_nodes() {
  if (shared.empty()) return;
  const std::vector<HostGroup> groups = host_groups(topology, options.hosting);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const pid_t pid = shared[i].process.pid();
    for (std::size_t n = 0; n < groups[i].cities.size(); ++n) {
      Child& node = nodes[groups[i].cities[n].value];
      node.log = shared[i].log;
      node.process = Process::adopt(pid, process_started(pid));
      node.address = shared[i].addresses.at(n);
      node.addresses = {node.address};
    }
  }
}

Result<Done> LiveCluster::Impl::spawn_all() {
  const std::size_t beyond = topology.cities.size() - own_cities(topology);
  outside = named("outside");
  for (std::size_t n = 0; n < gateway_cities(topology).size(); ++n)
    gateways.push_back(named(gateway_name(topology, n)));
  std::vector<Child*> all;
  if (auto done = spawn_hosts(all); !done) return done;
  if (beyond > 0) {
    if (auto done = spawn(outside, "bsn-node", "127.0.0.1:0", sharing(beyond, options.durability)); !done) return done;
    all.push_back(&outside);
  }
  if (auto done = spawn_gateways(); !done) return done;
  for (Child& gateway : gateways) all.push_back(&gateway);
  const auto deadline = Clock::now() + std::chrono::nanoseconds(options.start_limit.ns);
  if (auto done = wait_for_addresses(all, deadline, options.stop); !done) return done;
  place_nodes();
  return Done{};
}

const std::string& LiveCluster::Impl::address_of(CityIndex city) const {
  return city.value < nodes.size() ? nodes[city.value].address : outside.addresses.at(city.value - nodes.size());
}

// A process gives the first of its nodes the first of its loops, and so on in turn. Nodes of one process, and no
// others, have one log. No calls are carried to validators outside of BSN, and gateways do not know them.
std::vector<std::vector<CityIndex>> LiveCluster::Impl::shared_loops() const {
  std::map<std::string, std::vector<CityIndex>> processes;
  for (std::uint32_t city = 0; city < nodes.size(); ++city) processes[nodes[city].log].push_back({city});
  std::vector<std::vector<CityIndex>> all;
  for (const auto& [log, cities] : processes) {
    const std::size_t loops = std::min(loops_of(options.durability), cities.size());
    if (cities.size() == 1) continue;
    const std::size_t begin = all.size();
    all.resize(begin + loops);
    for (std::size_t n = 0; n < cities.size(); ++n) all[begin + n % loops].push_back(cities[n]);
  }
  return all;
}

std::vector<std::string> LiveCluster::Impl::serving_addresses() {
  std::vector<std::string> addresses;
  for (const Child& gateway : gateways) addresses.push_back(gateway.address);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (topology.cities[i].state == CityState::connected) addresses.push_back(nodes[i].address);
  }
  addresses.insert(addresses.end(), outside.addresses.begin(), outside.addresses.end());
  return addresses;
}

NodeSpec LiveCluster::Impl::spec_of(CityIndex city) {
  NodeSpec spec = node_spec(topology, city, options.seed, options.durability);
  for (CitySpec& one : spec.cities) one.address = address_of(one.index);
  return spec;
}

Result<Done> LiveCluster::Impl::commission() {
  std::map<std::string, NodeSpec> specs;
  for (std::uint32_t i = 0; i < topology.cities.size(); ++i) specs[address_of({i})] = spec_of(CityIndex{i});
  if (auto done = rpc.commission_nodes(specs, options.start_limit); !done) return done;
  if (auto done = commission_gateways(options.start_limit); !done) return done;
  return rpc.wait_until_serving(serving_addresses(), options.start_limit);
}

std::vector<Endpoint> LiveCluster::Impl::endpoints() {
  std::vector<Endpoint> all;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Child& node = nodes[i];
    Endpoint endpoint;
    endpoint.name = node.name;
    endpoint.state = std::string(to_string(topology.cities[i].state));
    for (const Chain& chain : topology.chains) {
      if (is_hosted(chain, node.name)) endpoint.networks.push_back(to_string(chain.name));
    }
    endpoint.grpc = node.address;
    endpoint.log = node.log;
    endpoint.pid = node.process.pid();
    endpoint.started = process_started(endpoint.pid);
    endpoint.gateway = gateway_name(topology, gateways_near(topology, {static_cast<std::uint32_t>(i)}).front());
    all.push_back(std::move(endpoint));
  }
  return all;
}

Result<Done> LiveCluster::Impl::write_endpoint_file() {
  Endpoints file;
  file.topology = topology.name;
  file.run_dir = options.run_dir;
  if (!topology.projects.empty()) file.access_key = topology.projects.front().key;
  file.home = topology.gateway_city;
  std::vector<Endpoint> all_gateways = gateway_endpoints();
  file.gateway = std::move(all_gateways.front());
  file.more_gateways = {all_gateways.begin() + 1, all_gateways.end()};
  file.city_nodes = endpoints();
  if (outside.process.pid() > 0) {
    file.outside = {"outside",
                    "outside",
                    {},
                    outside.address,
                    outside.log,
                    outside.process.pid(),
                    process_started(outside.process.pid()),
                    {outside.addresses.begin() + 1, outside.addresses.end()}};
  }
  file.relayers = relayer_endpoints();
  file.operator_ = operator_;
  return write_endpoints(file);
}

Result<Child*> LiveCluster::Impl::running_node(CityIndex city) {
  if (city.value >= nodes.size()) return Error{ErrorCode::unavailable, "a host outside BSN is not ours to disturb"};
  Child& node = nodes[city.value];
  if (!shared.empty()) {
    return Error{ErrorCode::invalid_configuration,
                 node.name + " shares its process with others; start the cluster with a process per node"};
  }
  if (!node.process.running()) {
    return Error{ErrorCode::unavailable, node.name + " does not run"};
  }
  return &node;
}

std::string processes_of(const Topology& topology) {
  const std::string cities = std::to_string(own_cities(topology)) + " city nodes";
  const std::size_t relayers = topology.cross_chain.relayers.size();
  const std::size_t gateways = gateway_cities(topology).size();
  const std::string in_front = gateways == 1 ? "a gateway" : std::to_string(gateways) + " gateways";
  if (relayers == 0) return cities + " and " + in_front;
  return cities + ", " + in_front + " and " + std::to_string(relayers) + (relayers == 1 ? " relayer" : " relayers");
}

Result<std::unique_ptr<LiveCluster>> LiveCluster::start(const Topology& topology, const ClusterOptions& options) {
  if (auto done = check_binaries(topology, options); !done) return done.error();
  if (auto done = make_folders(options); !done) return done.error();
  std::unique_ptr<LiveCluster> cluster(new LiveCluster(std::make_unique<Impl>()));
  Impl& impl = *cluster->impl_;
  impl.topology = topology;
  impl.options = options;
  options.progress("starting " + processes_of(topology));
  if (auto done = impl.spawn_all(); !done) return done.error();
  options.progress("commissioning");
  impl.rpc.give_up_when([&cluster, &options]() -> Result<Done> {
    if (options.stop != nullptr && *options.stop) return Error{ErrorCode::stopped, "stopped while starting"};
    return cluster->check_children();
  });
  if (auto done = impl.commission(); !done) return done.error();
  impl.rpc.give_up_when([]() -> Result<Done> { return Done{}; });
  if (auto done = impl.spawn_relayers(); !done) return done.error();
  if (auto done = impl.write_endpoint_file(); !done) return done.error();
  options.progress("all healthy");
  return cluster;
}

LiveCluster::LiveCluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LiveCluster::~LiveCluster() {
  if (!impl_->released) stop();
}

void LiveCluster::stop() {
  std::vector<Endpoint> all = impl_->relayer_endpoints();
  const std::vector<Endpoint> nodes = impl_->endpoints();
  all.insert(all.end(), nodes.begin(), nodes.end());
  const std::vector<Endpoint> gateways = impl_->gateway_endpoints();
  all.insert(all.end(), gateways.begin(), gateways.end());
  Endpoint outside;
  outside.pid = impl_->outside.process.pid();
  outside.started = process_started(outside.pid);
  all.push_back(outside);
  stop_processes(all, stop_patience_ms);
  for (Child& node : impl_->nodes) node.process.running();  // reaps
  for (Child& host : impl_->shared) host.process.running();
  for (Child& relayer : impl_->relayers) relayer.process.running();
  impl_->outside.process.running();
  for (Child& gateway : impl_->gateways) gateway.process.running();
  remove_endpoints(impl_->options.run_dir);
  impl_->released = true;
}

void LiveCluster::release() { impl_->released = true; }

const std::string& LiveCluster::node_address(CityIndex city) const { return impl_->address_of(city); }

Result<Done> LiveCluster::kill(CityIndex city) {
  auto node = impl_->running_node(city);
  if (!node) return node.error();
  (*node)->down_on_purpose = true;
  (*node)->process.signal(SIGKILL);
  (*node)->process.wait_until(Clock::now() + std::chrono::seconds(5));
  return Done{};
}

Result<Done> LiveCluster::restart(CityIndex city) {
  if (city.value >= impl_->nodes.size()) return impl_->running_node(city).error();
  Child& node = impl_->nodes[city.value];
  if (node.process.running()) return Error{ErrorCode::already_running, node.name + " runs"};
  if (auto done = impl_->spawn(node, "bsn-node", node.address); !done) return done;
  node.down_on_purpose = false;
  const auto deadline = Clock::now() + std::chrono::nanoseconds(rpc_limit.ns);
  if (auto done = wait_for_addresses({&node}, deadline, impl_->options.stop); !done) return done;
  // What changed while it was away. A first commission, of revision 0, it has stored.
  if (impl_->topology.revision > 0) {
    if (auto done = impl_->rpc.commission_nodes({{node.address, impl_->spec_of(city)}}, rpc_limit); !done) return done;
  }
  if (!hosts_peers(impl_->topology.cities[city.value].state)) return Done{};
  return impl_->rpc.wait_until_serving({node.address}, rpc_limit);
}

Result<Done> LiveCluster::pause(CityIndex city) {
  auto node = impl_->running_node(city);
  if (!node) return node.error();
  (*node)->process.signal(SIGSTOP);
  return Done{};
}

Result<Done> LiveCluster::resume(CityIndex city) {
  auto node = impl_->running_node(city);
  if (!node) return node.error();
  (*node)->process.signal(SIGCONT);
  return Done{};
}

Result<Done> LiveCluster::lose_disk(CityIndex) {
  return Error{ErrorCode::invalid_configuration, "a live city keeps its disk"};
}

Result<Done> LiveCluster::disturb(FaultKind kind, CityIndex, Duration, double) {
  return Error{ErrorCode::invalid_configuration, std::string(to_string(kind)) + " happens in virtual time only"};
}

Result<Done> LiveCluster::partition(const std::vector<std::vector<CityIndex>>& groups, bool one_way) {
  if (one_way) return Error{ErrorCode::invalid_configuration, "live partitions cut both ways"};
  std::map<CityIndex, std::size_t> group_of;  // unnamed cities form the last group
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const CityIndex city : groups[g]) group_of[city] = g;
  }
  const auto cities = static_cast<std::uint32_t>(impl_->topology.cities.size());
  for (std::uint32_t i = 0; i < cities; ++i) group_of.try_emplace(CityIndex{i}, groups.size());
  for (std::uint32_t i = 0; i < cities; ++i) {
    if (i < impl_->nodes.size() && !impl_->nodes[i].process.running()) continue;
    std::vector<CityIndex> closed;
    for (const auto& [city, group] : group_of) {
      if (!groups.empty() && group != group_of[CityIndex{i}]) closed.push_back(city);
    }
    if (auto done = impl_->rpc.gate_links(impl_->address_of({i}), closed, rpc_limit); !done) {
      return done;
    }
  }
  return Done{};
}

Result<Done> LiveCluster::check_children() {
  for (Child& host : impl_->shared) {
    if (!host.process.running()) return child_ended(host);
  }
  for (Child& node : impl_->nodes) {
    if (!node.down_on_purpose && !node.process.running()) return child_ended(node);
  }
  for (Child& relayer : impl_->relayers) {
    if (!relayer.down_on_purpose && !relayer.process.running()) return child_ended(relayer);
  }
  if (impl_->outside.process.pid() > 0 && !impl_->outside.process.running()) return child_ended(impl_->outside);
  for (Child& gateway : impl_->gateways) {
    if (!gateway.down_on_purpose && !gateway.process.running()) return child_ended(gateway);
  }
  return Done{};
}

Result<std::vector<BlockPtr>> LiveCluster::blocks(CityIndex city, const ChainSpec& chain) {
  const std::string& address = node_address(city);
  auto digests = impl_->rpc.digest(address, rpc_limit);
  if (!digests) return digests.error();
  for (const ChainDigest& digest : *digests) {
    if (digest.chain == chain.name) {
      return impl_->rpc.blocks(address, chain.name, digest.final_height, rpc_limit);
    }
  }
  return Error{ErrorCode::corrupt, address + " does not host " + to_string(chain.name)};
}

std::map<CityIndex, std::vector<ChainDigest>> LiveCluster::digests(Duration limit) {
  std::vector<CityIndex> all;
  for (std::uint32_t i = 0; i < impl_->topology.cities.size(); ++i) all.push_back({i});
  return digests_of(all, limit);
}

std::map<CityIndex, std::vector<ChainDigest>> LiveCluster::digests_of(const std::vector<CityIndex>& some,
                                                                      Duration limit) {
  std::map<std::string, CityIndex> cities;
  for (const CityIndex city : some) {
    if (city.value >= impl_->nodes.size() || impl_->nodes[city.value].process.running()) {
      cities[impl_->address_of(city)] = city;
    }
  }
  std::vector<std::string> addresses;
  addresses.reserve(cities.size());
  for (const auto& [address, city] : cities) addresses.push_back(address);
  std::map<CityIndex, std::vector<ChainDigest>> digests;
  for (auto& [address, chains] : impl_->rpc.digests(addresses, limit)) {
    digests[cities.at(address)] = std::move(chains);
  }
  return digests;
}

bool LiveCluster::settled() {
  std::set<ChainName> ready;
  for (const auto& [city, chains] : digests(rpc_limit)) {
    for (const ChainDigest& chain : chains) {
      if (!chain.leader.empty() || chain.height > 0) ready.insert(chain.chain);
    }
  }
  return ready.size() == impl_->topology.chains.size();
}

}  // namespace bsn
