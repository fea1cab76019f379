// A gRPC server set up as every process of a cluster wants it: plaintext on one address (port 0: the system chooses),
// default health service, reflection, bounded messages and metadata, keep-alive, the callback API.
//
// Bounds: a message of more than max_message_bytes is refused with RESOURCE_EXHAUSTED before it is decoded, metadata of
// more than 16 KiB ends the call, 4,096 calls may be open on one connection.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace bsn {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";        // host:port
  int max_message_bytes = 64 * 1024 * 1024;  // what one peer message with a full set of blocks may need
};

class RpcServer {
 public:
  // Starts serving; health is NOT_SERVING until set_serving. The services must outlive the server. Error:
  // already_running when the address is taken, invalid_configuration when it is none.
  static Result<std::unique_ptr<RpcServer>> start(const ServerOptions& options,
                                                  const std::vector<grpc::Service*>& services);

  // Shuts down at once if that has not been done.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // "127.0.0.1:40001": where it really listens.
  const std::string& address() const { return address_; }

  // What grpc.health.v1 says of the server as a whole and of every service. May be called from any thread.
  void set_serving(bool serving);

  // No new calls; those under way get until `patience` has passed and are cancelled then. Returns when all have ended.
  void shut_down(Duration patience);

 private:
  RpcServer(std::unique_ptr<grpc::Server> server, std::string address);

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// Whether a caller, as grpc::ServerContext::peer() names it ("ipv4:127.0.0.1:40001"), is on this machine's loopback
// interface: control services refuse all others.
bool peer_on_loopback(const std::string& peer);

}  // namespace bsn
