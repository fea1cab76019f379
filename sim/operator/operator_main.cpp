// bsn-operator: the process that changes a running cluster when someone asks for it over gRPC (proto/operator.proto,
// proto/portal.proto). `bsnsim up` starts it. Threads: the operator's loop, and gRPC's.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <thread>

#include "rpc/process.h"
#include "rpc/server.h"
#include "sim/live/cluster_operator.h"
#include "sim/live/operator_service.h"
#include "sim/live/portal_service.h"

namespace bsn {
namespace {

constexpr Duration patience_for_calls = milliseconds(1'000);

int fail(const Error& error) {
  spdlog::critical("{}", error.message);
  return error.code == ErrorCode::invalid_configuration ? 104 : 1;
}

Endpoint this_process(const std::string& run_dir, const std::string& address) {
  Endpoint endpoint;
  endpoint.name = "operator";
  endpoint.grpc = address;
  endpoint.log = run_dir + "/logs/operator.log";
  endpoint.pid = getpid();
  endpoint.started = process_started(endpoint.pid);
  return endpoint;
}

int run(const std::string& run_dir, const std::string& listen) {
  auto opened = ClusterOperator::open(run_dir);
  if (!opened) return fail(opened.error());
  ClusterOperator& the_operator = **opened;
  OperatorService service(the_operator);
  PortalService portal(the_operator);
  auto server = RpcServer::start({.listen = listen}, {&service, &portal});
  if (!server) return fail(server.error());
  if (auto named = the_operator.cluster().name_operator(this_process(run_dir, (*server)->address())); !named) {
    return fail(named.error());
  }
  std::thread loop([&] { the_operator.run(); });
  (*server)->set_serving(true);
  announce_address((*server)->address());
  const int signal = wait_for_stop_signal();
  spdlog::info("stops on signal {}", signal);
  the_operator.close();
  loop.join();
  (*server)->shut_down(patience_for_calls);
  return 0;
}

}  // namespace
}  // namespace bsn

int main(int argc, char** argv) {
  std::string run_dir;
  std::string listen = "127.0.0.1:0";
  CLI::App app{"Changes a running cluster of a simulated blockchain service network, step by step."};
  app.add_option("--run-dir", run_dir, "folder of the cluster, with its endpoint file")->required();
  app.add_option("--listen", listen, "HOST:PORT to serve on; port 0: chosen by the system")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  bsn::set_up_log("bsn-operator");
  bsn::spare_memory();
  bsn::block_stop_signals();
  return bsn::run(run_dir, listen);
}
