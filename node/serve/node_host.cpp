#include "node/serve/node_host.h"

#include <utility>
#include <vector>

#include "node/serve/city_node_service.h"
#include "node/serve/node_control_service.h"
#include "rpc/reflection_service.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

const std::vector<std::string> services = {"bsn.v1.CityNode", "bsn.v1.NodeControl", "grpc.health.v1.Health",
                                           "grpc.reflection.v1alpha.ServerReflection"};

// Callers are this cluster's own processes: messages may be as long as blocks make them.
h2::Budgets budgets() {
  h2::Budgets budgets;
  budgets.message_bytes = 64 * 1024 * 1024;  // what one peer message with a full set of blocks may need
  budgets.connection_bytes = 256 * 1024 * 1024;
  budgets.bytes_in_all = 1024 * 1024 * 1024;
  return budgets;
}

}  // namespace

// The health service says what the node says.
class NodeHost::HealthKeeper : public ServingListener {
 public:
  explicit HealthKeeper(HealthService& health) : health_(health) {}
  void serving_changed(bool serving) override { health_.set_serving(serving); }

 private:
  HealthService& health_;
};

Result<std::unique_ptr<NodeHost>> NodeHost::start(const std::string& data_dir, const std::string& listen,
                                                  NodeLoop& on) {
  h2::ServerOptions options;
  options.listen = listen;
  options.on = &on.loop();
  options.budgets = budgets();
  options.dress_refusal = [](h2::Outcome& outcome) { dress_refusal(outcome, Reason::mempool_full); };
  auto server = h2::Server::listen(std::move(options));
  if (!server) return server.error();
  auto process = NodeProcess::open(data_dir, on.loop());
  if (!process) return process.error();
  return std::unique_ptr<NodeHost>(new NodeHost(std::move(*process), std::move(*server), on));
}

NodeHost::NodeHost(std::unique_ptr<NodeProcess> process, std::unique_ptr<h2::Server> server, NodeLoop& on)
    : process_(std::move(process)), server_(std::move(server)), health_(server_->methods(), services) {
  add_city_node(server_->methods(), *process_, on);
  add_node_control(server_->methods(), *process_);
  add_reflection(server_->methods(), services);
  keeper_ = std::make_shared<HealthKeeper>(health_);
  process_->listen(keeper_);
  on.add(server_->address(), *process_);
  server_->start();
}

}  // namespace bsn
