#include "rpc/health_service.h"

#include <algorithm>
#include <utility>

#include "h2/loop.h"
#include "proto/health.pb.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

using Request = grpc::health::v1::HealthCheckRequest;
using Response = grpc::health::v1::HealthCheckResponse;

Response response(Response::ServingStatus status) {
  Response made;
  made.set_status(status);
  return made;
}

}  // namespace

class HealthService::Watchers final : public h2::CallHandler, public std::enable_shared_from_this<Watchers> {
 public:
  explicit Watchers(std::vector<std::string> services) : services_(std::move(services)) {}

  std::shared_ptr<h2::CallHandler> check(h2::Call& call, const Request& request) {
    if (!known(request.service())) {
      h2::Outcome unknown;
      unknown.code = 5;  // NOT_FOUND, as the protocol of the service says
      unknown.message = "there is no service " + request.service();
      call.finish(unknown);
      return nullptr;
    }
    const std::lock_guard lock(mutex_);
    answer(call, response(status()));
    return nullptr;
  }

  std::shared_ptr<h2::CallHandler> watch(h2::Call& call, const Request& request) {
    const std::lock_guard lock(mutex_);
    call.send(response(known(request.service()) ? status() : Response::SERVICE_UNKNOWN).SerializeAsString());
    if (known(request.service())) calls_.push_back(call.shared_from_this());
    return shared_from_this();
  }

  void on_cancel(h2::Call& call) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(calls_, [&](const std::shared_ptr<h2::Call>& each) { return each.get() == &call; });
  }

  void set_serving(bool serving) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(serving_, serving) == serving) return;
    const std::string bytes = response(status()).SerializeAsString();
    for (const std::shared_ptr<h2::Call>& call : calls_) {
      call->loop().post([call, bytes] { call->send(bytes); });
    }
  }

 private:
  bool known(const std::string& service) const {
    return service.empty() || std::find(services_.begin(), services_.end(), service) != services_.end();
  }
  Response::ServingStatus status() const { return serving_ ? Response::SERVING : Response::NOT_SERVING; }

  const std::vector<std::string> services_;
  std::mutex mutex_;  // guards the rest
  bool serving_ = false;
  std::vector<std::shared_ptr<h2::Call>> calls_;
};

HealthService::HealthService(h2::Methods& methods, std::vector<std::string> services)
    : watchers_(std::make_shared<Watchers>(std::move(services))) {
  methods.add("/grpc.health.v1.Health/Check",
              unary_method<Request>([watchers = watchers_](h2::Call& call, const Request& request) {
                return watchers->check(call, request);
              }));
  methods.add("/grpc.health.v1.Health/Watch",
              unary_method<Request>([watchers = watchers_](h2::Call& call, const Request& request) {
                return watchers->watch(call, request);
              }));
}

void HealthService::set_serving(bool serving) { watchers_->set_serving(serving); }

}  // namespace bsn
