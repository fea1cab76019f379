// The plain proxy that gRPC C++ makes easy: a generic service by the callback API hands each unary call to one upstream
// as it is, bytes undecoded. Neither keys nor quotas nor routes.
//
//   grpc_proxy UPSTREAM
//
// Announces itself as a city node does: "listening 127.0.0.1:PORT". Ends on SIGTERM.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <csignal>
#include <cstdio>

namespace {

// One call. It deletes itself when gRPC has done with it.
class Forward final : public grpc::ServerGenericBidiReactor {
 public:
  Forward(grpc::GenericStub& upstream, grpc::GenericCallbackServerContext& call) : upstream_(upstream), call_(call) {
    context_.set_deadline(call.deadline());
    StartRead(&request_);
  }

  void OnReadDone(bool read) override {
    if (!read) return Finish({grpc::StatusCode::INVALID_ARGUMENT, "no message"});
    upstream_.UnaryCall(&context_, call_.method(), {}, &request_, &reply_, [this](const grpc::Status& status) {
      status.ok() ? StartWriteAndFinish(&reply_, {}, status) : Finish(status);
    });
  }

  void OnCancel() override { context_.TryCancel(); }
  void OnDone() override { delete this; }

 private:
  grpc::GenericStub& upstream_;
  grpc::GenericCallbackServerContext& call_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, reply_;
};

class Proxy final : public grpc::CallbackGenericService {
 public:
  explicit Proxy(const std::string& upstream)
      : upstream_(grpc::CreateChannel(upstream, grpc::InsecureChannelCredentials())) {}

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* call) override {
    return new Forward(upstream_, *call);
  }

  grpc::GenericStub upstream_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: grpc_proxy UPSTREAM\n");
    return 2;
  }
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigprocmask(SIG_BLOCK, &ending, nullptr);

  Proxy proxy(argv[1]);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&proxy);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("listening 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  server->Shutdown();
  return 0;
}
