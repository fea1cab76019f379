// bsn-node: the process of one city node, or of several. Each is told by NodeControl.Commission which one it is, and
// remembers. Threads: as many loops as --loops says.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "node/serve/node_host.h"
#include "node/serve/node_loop.h"
#include "rpc/process.h"

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
  std::uint32_t loops = 1;
};

int fail(const Error& error) {
  spdlog::critical("{}", error.message);
  return error.code == ErrorCode::invalid_configuration ? 104 : 1;
}

// All of them share what patience there is.
void stop(const std::vector<std::unique_ptr<NodeHost>>& hosts) {
  std::vector<std::jthread> stopping;
  for (const auto& host : hosts) {
    stopping.emplace_back([&host] {
      host->stop_calls(patience_for_calls);
      host->stop_streams(patience_for_streams);
    });
  }
}

std::string folder_of(const Options& options, std::uint32_t host) {
  return options.hosts == 1 ? options.data_dir : options.data_dir + "/" + std::to_string(host);
}

int run(const Options& options) {
  std::vector<std::unique_ptr<NodeLoop>> loops;
  for (std::uint32_t n = 0; n < std::min(options.loops, options.hosts); ++n)
    loops.push_back(std::make_unique<NodeLoop>());
  std::vector<std::unique_ptr<NodeHost>> hosts;
  std::vector<std::string> addresses;
  for (std::uint32_t n = 0; n < options.hosts; ++n) {
    auto host = NodeHost::start(folder_of(options, n), options.listen, *loops[n % loops.size()]);
    if (!host) return fail(host.error());
    addresses.push_back((*host)->address());
    hosts.push_back(std::move(*host));
  }
  for (const auto& loop : loops) loop->loop().start();
  announce_addresses(addresses);
  const int signal = wait_for_stop_signal();
  spdlog::info("stops on signal {}", signal);
  stop(hosts);
  for (const auto& loop : loops) loop->loop().stop();
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
  app.add_option("--loops", options.loops,
                 "threads that the city nodes of this process share, the n-th in turn; each waits for the disk")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  app.add_flag("--die-with-parent", options.die_with_parent, "stop when the process that started this one ends");
  CLI11_PARSE(app, argc, argv);
  bsn::set_up_log("bsn-node");
  bsn::spare_memory();
  bsn::block_stop_signals();
  if (options.die_with_parent) bsn::die_with_parent();
  return bsn::run(options);
}
