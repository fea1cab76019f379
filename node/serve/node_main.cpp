// bsn-node: the process of one city node. Is told by NodeControl.Commission which one it is, and remembers.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

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

int run(const Options& options) {
  auto process = NodeProcess::open(options.data_dir);
  if (!process) return fail(process.error());
  CityNodeService city_node(**process);
  NodeControlService control(**process);
  auto server = RpcServer::start({.listen = options.listen}, {&city_node, &control});
  if (!server) return fail(server.error());
  const auto health = std::make_shared<HealthKeeper>(**server);
  (*process)->listen(health);
  announce_address((*server)->address());
  const int signal = wait_for_stop_signal();
  spdlog::info("stops on signal {}", signal);
  (*process)->stop(patience_for_calls);
  (*server)->shut_down(patience_for_streams);
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
  app.add_flag("--die-with-parent", options.die_with_parent, "stop when the process that started this one ends");
  CLI11_PARSE(app, argc, argv);
  bsn::set_up_log("bsn-node");
  bsn::spare_memory();
  bsn::block_stop_signals();
  if (options.die_with_parent) bsn::die_with_parent();
  return bsn::run(options);
}
