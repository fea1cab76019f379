// Question: how much memory does a client's connection cost a gateway while nothing happens on it?
//
// Connections greet as HTTP/2 clients do and are then held. Printed is how much the gateway's proportional set size has
// grown for each.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/process_cost.h"
#include "bench/routing_latency/one_node.h"
#include "h2/address.h"
#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"

namespace {

using namespace bsn;
using boost::asio::ip::tcp;

constexpr double limit_kib = 20;

// The client's preface with an empty SETTINGS frame, and the acknowledgement of the server's (RFC 9113, 3.4 and 6.5).
const std::string greeting = std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string("\0\0\0\4\0\0\0\0\0", 9) +
                             std::string("\0\0\0\4\1\0\0\0\0", 9);

// Greets, and waits until the server has said its first.
tcp::socket connect(boost::asio::io_context& io, const tcp::endpoint& to) {
  tcp::socket socket(io);
  socket.connect(to);
  boost::asio::write(socket, boost::asio::buffer(greeting));
  std::array<char, 256> said;
  socket.read_some(boost::asio::buffer(said));
  return socket;
}

// For both ends of every connection, and some more; this process and its children.
void allow_descriptors(std::size_t connections) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, connections + 1'000);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < connections + 1'000) throw std::runtime_error("raise the limit of open files: ulimit -n");
}

int run(std::size_t connections) {
  allow_descriptors(connections);
  const TemporaryFolder folder;
  ClusterOptions how;
  how.bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  how.run_dir = folder.path();
  auto cluster = LiveCluster::start(one_node(), how);
  if (!cluster) throw std::runtime_error(cluster.error().message);
  const auto endpoints = read_endpoints(folder.path());
  if (!endpoints) throw std::runtime_error(endpoints.error().message);
  const pid_t gateway = endpoints->gateway.pid;
  const auto address = h2::parse_address(endpoints->gateway.grpc);
  boost::asio::io_context io;
  std::vector<tcp::socket> held;
  const double before = pss_mib({gateway});
  while (held.size() < connections) held.push_back(connect(io, *address));
  const double after = pss_mib({gateway});
  std::size_t open = 0;  // those that the gateway has not closed: nothing but a closed one has an end to read
  for (tcp::socket& socket : held) {
    std::array<char, 256> said;
    boost::system::error_code state;
    socket.non_blocking(true);
    while (socket.read_some(boost::asio::buffer(said), state) > 0) {
    }
    open += state == boost::asio::error::would_block ? 1 : 0;
  }
  const double each = (after - before) * 1024 / static_cast<double>(connections);
  fmt::print("{} connections, {} still held: gateway {:.1f} MiB before, {:.1f} MiB with them\n", connections, open,
             before, after);
  fmt::print("{:.1f} KiB for each, limit {:.0f}{}\n", each, limit_kib, each <= limit_kib ? "" : ": MISSED");
  return open == connections ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"memory of the gateway for each idle connection of a client"};
  std::size_t connections = 10'000;
  app.add_option("--connections", connections, "how many are held")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);
  try {
    return run(connections);
  } catch (const std::exception& error) {
    fmt::print(stderr, "idle_connections_bench: {}\n", error.what());
    return 1;
  }
}
