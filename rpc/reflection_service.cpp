#include "rpc/reflection_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <set>
#include <utility>

#include "proto/reflection.pb.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using reflection::ServerReflectionRequest;
using reflection::ServerReflectionResponse;

// The files and what they import, each once.
void add_file(const FileDescriptor& file, std::set<std::string>& added, reflection::FileDescriptorResponse& response) {
  if (!added.insert(file.name()).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  response.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) add_file(*file.dependency(i), added, response);
}

class Reflection final : public h2::CallHandler {
 public:
  explicit Reflection(std::vector<std::string> services) : services_(std::move(services)) {}

  void on_message(h2::Call& call, std::string& message) override {
    ServerReflectionRequest request;
    if (!request.ParseFromString(message)) {
      return call.finish(
          outcome_of(refusal(Status::invalid_argument, Reason::malformed, "the request can't be decoded")));
    }
    if (call.unsent() > most_unsent) call.pause();
    call.send(answer_to(request).SerializeAsString());
  }
  void on_sent(h2::Call& call) override {
    if (call.unsent() <= most_unsent) call.resume();
  }
  void on_half_close(h2::Call& call) override { call.finish({}); }
  void on_cancel(h2::Call&) override {}

 private:
  static constexpr std::size_t most_unsent = 1024 * 1024;

  ServerReflectionResponse answer_to(const ServerReflectionRequest& request) const {
    ServerReflectionResponse response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    switch (request.message_request_case()) {
      case ServerReflectionRequest::kListServices:
        for (const std::string& service : services_) {
          response.mutable_list_services_response()->add_service()->set_name(service);
        }
        break;
      case ServerReflectionRequest::kFileByFilename:
        describe(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(), response);
        break;
      case ServerReflectionRequest::kFileContainingSymbol:
        describe(pool.FindFileContainingSymbol(request.file_containing_symbol()), request.file_containing_symbol(),
                 response);
        break;
      default:  // our messages are proto3: nothing extends them
        refuse(Status::unimplemented, "there are no extensions", response);
    }
    return response;
  }

  static void describe(const FileDescriptor* file, const std::string& asked, ServerReflectionResponse& response) {
    if (!file) return refuse(Status::not_found, "there is no " + asked, response);
    std::set<std::string> added;
    add_file(*file, added, *response.mutable_file_descriptor_response());
  }

  static void refuse(Status status, const std::string& why, ServerReflectionResponse& response) {
    response.mutable_error_response()->set_error_code(static_cast<int>(status));
    response.mutable_error_response()->set_error_message(why);
  }

  const std::vector<std::string> services_;
};

}  // namespace

void add_reflection(h2::Methods& methods, std::vector<std::string> services) {
  const auto reflection = std::make_shared<Reflection>(std::move(services));
  methods.add("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              h2::StreamStart([reflection](h2::Call&) { return reflection; }));
}

}  // namespace bsn
