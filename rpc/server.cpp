#include "rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <utility>

namespace bsn {
namespace {

// The host of "host:port" or "[v6]:port"; empty when there is no port.
std::string host_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return {};
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

void set_limits(grpc::ServerBuilder& builder, const ServerOptions& options) {
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  builder.SetMaxSendMessageSize(options.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 4'096);
  // Two servers on one port would share its connections by chance; the second shall fail instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // as in channel.cpp
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 120'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
}

// Once for the process, before its first server.
void enable_plugins() {
  static const bool done = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

Result<std::unique_ptr<RpcServer>> RpcServer::start(const ServerOptions& options,
                                                    const std::vector<grpc::Service*>& services) {
  const std::string host = host_of(options.listen);
  if (host.empty()) return Error{ErrorCode::invalid_configuration, "'" + options.listen + "' is not HOST:PORT"};
  enable_plugins();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  set_limits(builder, options);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server || port == 0) {
    return Error{ErrorCode::already_running, "can't listen on " + options.listen + "; is the port in use?"};
  }
  const bool v6 = host.find(':') != std::string::npos;
  std::string address = (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  std::unique_ptr<RpcServer> started(new RpcServer(std::move(server), std::move(address)));
  started->set_serving(false);
  return started;
}

RpcServer::RpcServer(std::unique_ptr<grpc::Server> server, std::string address)
    : server_(std::move(server)), address_(std::move(address)) {}

RpcServer::~RpcServer() { shut_down(Duration{}); }

void RpcServer::set_serving(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);  // the server as a whole ("") included
  server_->GetHealthCheckService()->SetServingStatus("", serving);
}

void RpcServer::shut_down(Duration patience) {
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::nanoseconds(patience.ns));
  server_->Wait();
}

bool peer_on_loopback(const std::string& peer) {
  return peer.starts_with("ipv4:127.") || peer.starts_with("ipv6:[::1]") || peer.starts_with("ipv6:%5B::1%5D");
}

}  // namespace bsn
