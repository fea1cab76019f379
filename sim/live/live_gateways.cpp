// The gateways of a live cluster. The first holds accounts and quotas, the others follow it; all know one secret.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <utility>

#include "rpc/secret.h"
#include "sim/live/live_cluster_impl.h"

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration rpc_limit = seconds(20);

// The secret by which the gateways of this cluster know each other, in this one's folder.
Result<Done> give_team_key(const std::string& folder, const std::string& key) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{ErrorCode::io, "can't make " + folder + ": " + error.message()};
  if (std::filesystem::exists(folder + "/team.key")) return Done{};
  return write_private_file(folder + "/team.key", key + "\n");
}

}  // namespace

Result<Done> LiveCluster::Impl::spawn_gateway(std::size_t number, const std::string& listen, const std::string& http) {
  return spawn(gateways[number], "bsn-gateway", listen,
               {"--http", http, "--metrics", "127.0.0.1:0", "--access-log-every", "100"});
}

Result<Done> LiveCluster::Impl::spawn_gateways() {
  const std::string key = "bsnteam_" + to_hex(random_secret());
  for (std::size_t number = 0; number < gateways.size(); ++number) {
    const std::string folder = options.run_dir + "/data/" + gateways[number].name;
    if (gateways.size() > 1) {
      if (auto done = give_team_key(folder, key); !done) return done;
    }
    const bool holds = number == 0;
    const std::string& listen = holds ? options.gateway_listen : "127.0.0.1:0";
    if (auto done = spawn_gateway(number, listen, holds ? options.gateway_http : "127.0.0.1:0"); !done) return done;
  }
  return Done{};
}

GatewaySpec LiveCluster::Impl::spec_of_gateway(std::size_t number) {
  GatewaySpec spec = gateway_spec(topology, options.seed, number);
  for (CitySpec& one : spec.cities) one.address = address_of(one.index);
  spec.shared_loops = shared_loops();
  if (number > 0) spec.team.holder = gateways.front().address;
  return spec;
}

// One that is down hears of it when it is started again.
Result<Done> LiveCluster::Impl::commission_gateways(Duration limit) {
  for (std::size_t number = 0; number < gateways.size(); ++number) {
    if (gateways[number].down_on_purpose) continue;
    if (auto done = rpc.commission_gateway(gateways[number].address, spec_of_gateway(number), limit); !done)
      return done;
  }
  return Done{};
}

Result<GatewayCounts> LiveCluster::Impl::counts() {
  std::vector<std::string> running;
  for (const Child& gateway : gateways) {
    if (!gateway.down_on_purpose) running.push_back(gateway.address);
  }
  return rpc.counters(running, rpc_limit);
}

std::vector<Endpoint> LiveCluster::Impl::gateway_endpoints() const {
  std::vector<Endpoint> all;
  for (const Child& gateway : gateways) {
    Endpoint endpoint;
    endpoint.name = gateway.name;
    endpoint.grpc = gateway.address;
    if (gateway.addresses.size() > 1) endpoint.http = gateway.addresses[1];
    endpoint.log = gateway.log;
    endpoint.pid = gateway.process.pid();
    endpoint.started = process_started(endpoint.pid);
    all.push_back(std::move(endpoint));
  }
  return all;
}

const std::string& LiveCluster::gateway_address(std::size_t number) const { return impl_->gateways.at(number).address; }

std::vector<std::string> LiveCluster::gateway_addresses() const {
  std::vector<std::string> all;
  for (const Child& gateway : impl_->gateways) all.push_back(gateway.address);
  return all;
}

const std::string& LiveCluster::http_address(std::size_t number) const {
  return impl_->gateways.at(number).addresses.at(1);
}

Result<GatewayCounts> LiveCluster::counts() { return impl_->counts(); }

Result<Done> LiveCluster::kill_gateway(std::size_t number) {
  Child& gateway = impl_->gateways.at(number);
  if (!gateway.process.running()) return Error{ErrorCode::unavailable, gateway.name + " does not run"};
  gateway.down_on_purpose = true;
  gateway.process.signal(SIGKILL);
  gateway.process.wait_until(Clock::now() + std::chrono::seconds(5));
  return Done{};
}

Result<Done> LiveCluster::restart_gateway(std::size_t number) {
  Child& gateway = impl_->gateways.at(number);
  if (gateway.process.running()) return Error{ErrorCode::already_running, gateway.name + " runs"};
  if (auto done = impl_->spawn_gateway(number, gateway.address, gateway.addresses.at(1)); !done) return done;
  const auto deadline = Clock::now() + std::chrono::nanoseconds(rpc_limit.ns);
  if (auto done = wait_for_addresses({&gateway}, deadline, impl_->options.stop); !done) return done;
  gateway.down_on_purpose = false;
  // What changed while it was away. A first commission, of revision 0, it has stored.
  if (impl_->topology.revision > 0) {
    const GatewaySpec spec = impl_->spec_of_gateway(number);
    if (auto done = impl_->rpc.commission_gateway(gateway.address, spec, rpc_limit); !done) return done;
  }
  if (auto done = impl_->rpc.wait_until_serving({gateway.address}, rpc_limit); !done) return done;
  return impl_->write_endpoint_file();
}

}  // namespace bsn
