// bsn-node: the process of one city node, or of several. Each is told by NodeControl.Commission which one it is, and
// remembers. Threads: one loop per city node, and gRPC's, which all share.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "node/serve/city_node_service.h"
#include "node/serve/node_control_service.h"
#include "node/serve/node_process.h"
#include "rpc/process.h"
#include "rpc/server.h"

namespace bsn {
namespace {

// Together less than the 2 s that a launcher gives a process to stop.
constexpr Duration patience_for_calls = milliseconds(1'200);
constexpr Duration patience_for_streams = milliseconds(200);

struct Options {
  std::string listen = "127.0.0.1:0";
  std::string data_dir;
  bool die_with_parent = false;
  std::uint32_t hosts = 1;
};

// The health service says what the node says.
class HealthKeeper : public ServingListener {
 public:
  explicit HealthKeeper(RpcServer& server) : server_(server) {}
  void serving_changed(bool serving) override { server_.set_serving(serving); }

 private:
  RpcServer& server_;
};

int fail(const Error& error) {
  spdlog::critical("{}", error.message);
  return error.code == ErrorCode::invalid_configuration ? 104 : 1;
}

// One of the city nodes of this process, with its own folder and port.
class Host {
 public:
  static Result<std::unique_ptr<Host>> start(const std::string& data_dir, const std::string& listen) {
    auto process = NodeProcess::open(data_dir);
    if (!process) return process.error();
    std::unique_ptr<Host> host(new Host(std::move(*process)));
    auto server = RpcServer::start({.listen = listen}, {&host->city_node_, &host->control_});
    if (!server) return server.error();
    host->server_ = std::move(*server);
    host->health_ = std::make_shared<HealthKeeper>(*host->server_);
    host->process_->listen(host->health_);
    return host;
  }

  std::string address() const { return server_->address(); }
  void stop_calls(Duration patience) { process_->stop(patience); }
  void stop_streams(Duration patience) { server_->shut_down(patience); }

 private:
  explicit Host(std::unique_ptr<NodeProcess> process)
      : process_(std::move(process)), city_node_(*process_), control_(*process_) {}

  std::unique_ptr<NodeProcess> process_;
  CityNodeService city_node_;
  NodeControlService control_;
  std::shared_ptr<HealthKeeper> health_;
  std::unique_ptr<RpcServer> server_;  // first to go: its calls use all of the above
};

// All of them share what patience there is.
void stop(const std::vector<std::unique_ptr<Host>>& hosts) {
  std::vector<std::jthread> stopping;
  for (const auto& host : hosts) {
    stopping.emplace_back([&host] {
      host->stop_calls(patience_for_calls);
      host->stop_streams(patience_for_streams);
    });
  }
}

int run(const Options& options) {
  std::vector<std::unique_ptr<Host>> hosts;
  std::vector<std::string> addresses;
  for (std::uint32_t n = 0; n < options.hosts; ++n) {
    const bool alone = options.hosts == 1;
    auto host = Host::start(alone ? options.data_dir : options.data_dir + "/" + std::to_string(n), options.listen);
    if (!host) return fail(host.error());
    addresses.push_back((*host)->address());
    hosts.push_back(std::move(*host));
  }
  announce_addresses(addresses);
  const int signal = wait_for_stop_signal();
  spdlog::info("stops on signal {}", signal);
  stop(hosts);
  return 0;
}

}  // namespace
}  // namespace bsn

int main(int argc, char** argv) {
  bsn::Options options;
  CLI::App app{"The process of one city node of a simulated blockchain service network."};
  app.add_option("--listen", options.listen, "HOST:PORT to serve on; port 0: chosen by the system")
      ->capture_default_str();
  app.add_option("--data-dir", options.data_dir, "folder for commission and chains; made if need be")->required();
  app.add_option(
         "--hosts", options.hosts,
         "city nodes in this process, each on a port of its own and in a folder 0, 1 ... below --data-dir; of one "
         "it is --data-dir itself")
      ->capture_default_str()
      ->check(CLI::Range(1, 200));
  app.add_flag("--die-with-parent", options.die_with_parent, "stop when the process that started this one ends");
  CLI11_PARSE(app, argc, argv);
  bsn::set_up_log("bsn-node");
  bsn::spare_memory();
  bsn::block_stop_signals();
  if (options.die_with_parent) bsn::die_with_parent();
  return bsn::run(options);
}
