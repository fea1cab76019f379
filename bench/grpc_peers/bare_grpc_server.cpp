// The limit that a city node's process is measured against: a gRPC server that does nothing but say that it is healthy,
// and answers every query with nothing.
//
//   bare_grpc_server [PORTS]
//
// Announces itself as a city node does, and with several ports as those of one process: "listening 127.0.0.1:PORT ...".
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "proto/city_node.grpc.pb.h"

namespace {

// Answers all calls but queries UNIMPLEMENTED.
class Nothing final : public bsn::v1::CityNode::CallbackService {
  grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* call, const bsn::v1::QueryRequest*,
                                  bsn::v1::Reply*) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main(int argc, char** argv) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigprocmask(SIG_BLOCK, &ending, nullptr);

  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  Nothing nothing;
  grpc::ServerBuilder builder;
  std::vector<int> ports(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1);
  for (int& port : ports) builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&nothing);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("listening");
  for (const int port : ports) std::printf(" 127.0.0.1:%d", port);
  std::printf("\n");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  server->Shutdown();
  return 0;
}
