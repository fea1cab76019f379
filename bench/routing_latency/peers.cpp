#include "bench/routing_latency/peers.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <utility>

#include "sim/live/child.h"

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

// A port that was free a moment ago: neither proxy can be given port 0 and asked what it got.
int free_port() {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof address);
  getsockname(handle, reinterpret_cast<sockaddr*>(&address), &length);
  close(handle);
  return ntohs(address.sin_port);
}

bool accepts(int port) {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool connected = connect(handle, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(handle);
  return connected;
}

// Neither proxy says when it is ready; its port does. Bounded, and over at once when it dies.
Result<Done> wait_until_it_accepts(Peer& peer, int port, const std::string& log) {
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (Clock::now() < deadline) {
    if (accepts(port)) return Done{};
    if (peer.process.wait_until(Clock::now() + std::chrono::milliseconds(20))) break;
  }
  return Error{ErrorCode::unavailable, peer.name + " did not start:\n" + tail_of(log, 8)};
}

Result<Peer> start(const std::string& name, const std::string& program, std::vector<std::string> arguments,
                   const std::string& folder, int port) {
  Peer peer;
  peer.name = name;
  peer.address = fmt::format("127.0.0.1:{}", port);
  const std::string log = folder + "/" + name + ".log";
  Result<Process> process = Process::start({program, std::move(arguments), log, 0});
  if (!process) return process.error();
  peer.process = std::move(*process);
  peer.worker = peer.process.pid();
  if (auto ready = wait_until_it_accepts(peer, port, log); !ready) return ready.error();
  return peer;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

std::optional<Result<Peer>> start_nginx(const std::string& folder, const std::string& upstream) {
  const std::string program = "/usr/sbin/nginx";
  if (!std::filesystem::exists(program)) return std::nullopt;
  const int port = free_port();
  const std::string config = folder + "/nginx.conf";
  // One process without a master: its CPU is the proxy's CPU. keepalive: connections to the node are used again.
  write(config, fmt::format(R"(daemon off;
master_process off;
pid {0}/nginx.pid;
error_log {0}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  upstream node {{ server {1}; keepalive 128; }}
  server {{
    listen 127.0.0.1:{2} http2;
    http2_max_requests 100000000;
    keepalive_requests 100000000;
    location / {{ grpc_pass grpc://node; }}
  }}
}}
)",
                            folder, upstream, port));
  return start("nginx", program, {"-c", config, "-e", folder + "/nginx.log"}, folder, port);
}

std::optional<Result<Peer>> start_haproxy(const std::string& folder, const std::vector<std::string>& upstreams) {
  const std::string program = "/usr/sbin/haproxy";
  if (!std::filesystem::exists(program)) return std::nullopt;
  const int port = free_port();
  const std::string config = folder + "/haproxy.cfg";
  std::string servers;
  for (std::size_t n = 0; n < upstreams.size(); ++n) {
    servers += fmt::format("  server node{} {} proto h2\n", n, upstreams[n]);
  }
  write(config, fmt::format(R"(global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend calls
  bind 127.0.0.1:{0} proto h2
  default_backend node
backend node
  balance random
{1})",
                            port, servers));
  return start("HAProxy", program, {"-db", "-f", config}, folder, port);
}

Result<Peer> start_grpc_proxy(const std::string& program, const std::string& folder, const std::string& upstream) {
  Child child{"gRPC C++ proxy", folder + "/grpc_proxy.log", {}, {}};
  Result<Process> process = Process::start({program, {upstream}, child.log, 0});
  if (!process) return process.error();
  child.process = std::move(*process);
  if (auto ready = wait_for_addresses({&child}, Clock::now() + std::chrono::seconds(10), nullptr); !ready) {
    return ready.error();
  }
  const pid_t worker = child.process.pid();
  return Peer{child.name, child.address, std::move(child.process), worker};
}

}  // namespace bsn
