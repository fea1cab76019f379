// A city node with its folder and its port, on a loop that it may share with others.
//
// It serves bsn.v1.CityNode and NodeControl, health and reflection, on the HTTP/2 of h2/: what comes in on its
// connections, from clients, gateways and other city nodes, reaches the machine without a change of threads.
// Threads: from one, before the loop is started and then not on the loop's.
#pragma once

#include <memory>
#include <string>

#include "h2/server.h"
#include "node/serve/node_loop.h"
#include "node/serve/node_process.h"
#include "rpc/health_service.h"

namespace bsn {

class NodeHost {
 public:
  // Takes folder and address; serves as soon as the loop is started, which must not be before. The loop outlives it,
  // but has been stopped by then.
  static Result<std::unique_ptr<NodeHost>> start(const std::string& data_dir, const std::string& listen, NodeLoop& on);

  const std::string& address() const { return server_->address(); }
  NodeProcess& process() { return *process_; }

  // While the loop turns, and before it is stopped: first the node, which answers its open calls or refuses them, then
  // whatever streams are left.
  void stop_calls(Duration patience) { process_->stop(patience); }
  void stop_streams(Duration patience) { server_->close(std::chrono::milliseconds(patience.ns / 1'000'000)); }

 private:
  class HealthKeeper;

  NodeHost(std::unique_ptr<NodeProcess> process, std::unique_ptr<h2::Server> server, NodeLoop& on);

  std::unique_ptr<NodeProcess> process_;
  std::unique_ptr<h2::Server> server_;
  HealthService health_;
  std::shared_ptr<HealthKeeper> keeper_;
};

}  // namespace bsn
