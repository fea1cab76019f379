// The proxies that our gateway is measured beside, as children on loopback: nginx and HAProxy as Debian ships them, and
// a plain one on gRPC C++ (bench/grpc_peers/grpc_proxy.cpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/live/process.h"

namespace bsn {

struct Peer {
  std::string name;
  std::string address;  // where it takes gRPC
  Process process;
  pid_t worker = 0;  // the process that does the work, whose CPU counts
};

// Start them in front of `upstream`; files go to `folder`. nullopt: the program is not installed.
std::optional<Result<Peer>> start_nginx(const std::string& folder, const std::string& upstream);
// Of several it takes, for each call, the less loaded of two that it draws.
std::optional<Result<Peer>> start_haproxy(const std::string& folder, const std::vector<std::string>& upstreams);
// `program` is the path of our own.
Result<Peer> start_grpc_proxy(const std::string& program, const std::string& folder, const std::string& upstream);

}  // namespace bsn
