// The relayers of a live cluster: processes of their own, clients of its gateway.
#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <utility>

#include "rpc/secret.h"
#include "sim/live/live_cluster_impl.h"

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds start_limit{20};
constexpr std::chrono::seconds figures_limit{2};
constexpr std::string_view given_up_figure = "bsn_relayer_rested_total ";

// What a relayer says at `address` ("host:port") of its steps that it put to rest; 0: nothing to be had.
std::uint64_t given_up_at(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return 0;
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(figures_limit);
  stream.connect(address.substr(0, colon), address.substr(colon + 1));
  stream << "GET /metrics HTTP/1.0\r\nHost: " << address << "\r\n\r\n" << std::flush;
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(given_up_figure)) continue;
    double figure = 0;
    std::istringstream(line.substr(given_up_figure.size())) >> figure;
    return static_cast<std::uint64_t>(figure);
  }
  return 0;
}

bool is_of_a_service(const Topology& topology, std::uint32_t chain) {
  return std::any_of(topology.services.begin(), topology.services.end(),
                     [&](const Service& service) { return service.chain.value == chain; });
}

// Everything that a relayer must know beside its access key.
std::vector<std::string> arguments_of(const Topology& topology, const CrossChain::RelayerPlace& place,
                                      const std::string& gateway) {
  std::vector<std::string> words = {"--relayer", place.name, "--origin", place.city, "--gateway", gateway};
  for (const CrossChain::Hub& hub : topology.cross_chain.hubs) {
    words.insert(words.end(), {hub.rules.acknowledged ? "--hub" : "--one-way-hub", to_string(hub.chain)});
  }
  for (std::uint32_t n = 0; n < topology.chains.size(); ++n) {
    if (!is_of_a_service(topology, n)) words.insert(words.end(), {"--chain", to_string(topology.chains[n].name)});
  }
  return words;
}

}  // namespace

Result<Done> LiveCluster::Impl::spawn_relayer(std::size_t number) {
  Child& child = relayers[number];
  const std::string folder = options.run_dir + "/data/" + child.name;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{ErrorCode::io, "can't make " + folder + ": " + error.message()};
  const std::string file = folder + "/access.key";
  if (!std::filesystem::exists(file)) {
    const std::string& key = options.relayer_key.empty() ? topology.projects.front().key : options.relayer_key;
    if (auto done = write_private_file(file, key + "\n"); !done) return done;
  }
  const CrossChain::RelayerPlace& place = topology.cross_chain.relayers[number];
  const Child& near = gateways[gateways_near(topology, *find_city(topology, place.city)).front()];
  return spawn(child, "bsn-relayer", "127.0.0.1:0", arguments_of(topology, place, near.address));
}

Result<Done> LiveCluster::Impl::spawn_relayers() {
  for (const CrossChain::RelayerPlace& place : topology.cross_chain.relayers) {
    Child child;
    child.name = place.name;
    child.log = options.run_dir + "/logs/" + place.name + ".log";
    relayers.push_back(std::move(child));
  }
  std::vector<Child*> all;
  for (std::size_t number = 0; number < relayers.size(); ++number) {
    if (auto done = spawn_relayer(number); !done) return done;
    all.push_back(&relayers[number]);
  }
  return wait_for_addresses(all, Clock::now() + start_limit, options.stop);
}

std::vector<Endpoint> LiveCluster::Impl::relayer_endpoints() const {
  std::vector<Endpoint> all;
  for (const Child& relayer : relayers) {
    Endpoint endpoint;
    endpoint.name = relayer.name;
    endpoint.http = relayer.address;
    endpoint.log = relayer.log;
    endpoint.pid = relayer.process.pid();
    endpoint.started = process_started(endpoint.pid);
    all.push_back(std::move(endpoint));
  }
  return all;
}

Result<Done> LiveCluster::kill_relayer(std::size_t number) {
  Child& relayer = impl_->relayers.at(number);
  if (!relayer.process.running()) return Error{ErrorCode::unavailable, relayer.name + " does not run"};
  relayer.down_on_purpose = true;
  relayer.process.signal(SIGKILL);
  relayer.process.wait_until(Clock::now() + std::chrono::seconds(5));
  return Done{};
}

Result<Done> LiveCluster::restart_relayer(std::size_t number) {
  Child& relayer = impl_->relayers.at(number);
  if (relayer.process.running()) return Error{ErrorCode::already_running, relayer.name + " runs"};
  if (auto done = impl_->spawn_relayer(number); !done) return done;
  relayer.down_on_purpose = false;
  if (auto done = wait_for_addresses({&relayer}, Clock::now() + start_limit, impl_->options.stop); !done) return done;
  return impl_->write_endpoint_file();
}

std::uint64_t LiveCluster::given_up_by_relayers() const {
  std::uint64_t sum = 0;
  for (Child& relayer : impl_->relayers) {
    if (relayer.process.running()) sum += given_up_at(relayer.address);
  }
  return sum;
}

void LiveCluster::stop_relayers() {
  for (Child& relayer : impl_->relayers) relayer.down_on_purpose = true;
  stop_processes(impl_->relayer_endpoints(), 5'000);
  for (Child& relayer : impl_->relayers) relayer.process.running();  // reaps
}

}  // namespace bsn
