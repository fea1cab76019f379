#include "edge/json_api.h"

#include <utility>

#include "edge/carried_call.h"
#include "edge/endpoint.h"
#include "edge/json_error.h"
#include "edge/json_message.h"
#include "edge/openapi.h"
#include "edge/request_head.h"

namespace bsn::edge {
namespace {

// A call whose messages are sent as JSON: the only one as the body, those of a stream as lines.
class JsonCall final : public CarriedCall, public Exchange::Listener {
 public:
  JsonCall(std::shared_ptr<Exchange> exchange, Head head, const Endpoint& endpoint, std::uint64_t limit)
      : CarriedCall(exchange->loop(), std::move(head)),
        exchange_(std::move(exchange)),
        endpoint_(endpoint),
        limit_(limit) {}

  std::size_t unsent() const override { return exchange_->unsent(); }
  void on_gone() override { cancel(); }
  void on_sent() override { sent(); }

 private:
  void carry(std::string_view message) override {
    const std::unique_ptr<google::protobuf::Message> read(endpoint_.response().New());
    if (!read->ParseFromArray(message.data(), static_cast<int>(message.size()))) {
      return finish({h2::Code::internal, "the answer can't be decoded"});
    }
    if (!endpoint_.streams) {
      body_ = to_json(*read) + "\n";
      return;
    }
    begin();
    exchange_->write(to_json(*read) + "\n");
    if (++lines_ != limit_) return;
    cancel();
    exchange_->end();
  }

  void carry_end(const h2::Outcome& outcome) override {
    if (endpoint_.streams && lines_ > 0) {
      // The head has left; what went wrong is the last line.
      if (outcome.code != 0) exchange_->write(json_error(outcome).body());
      return exchange_->end();
    }
    if (outcome.code != 0) return exchange_->respond(json_error(outcome));
    if (!endpoint_.streams) return exchange_->respond(response(200, "application/json", std::move(body_)));
    begin();
    exchange_->end();
  }

  void begin() {
    if (!std::exchange(begun_, true)) exchange_->begin(response(200, "application/x-ndjson", ""));
  }

  const std::shared_ptr<Exchange> exchange_;
  const Endpoint& endpoint_;
  const std::uint64_t limit_;
  std::uint64_t lines_ = 0;
  std::string body_;
  bool begun_ = false;
};

}  // namespace

bool JsonApi::serve(const std::shared_ptr<Exchange>& exchange) {
  const HttpRequest& request = exchange->request();
  if (target(request) == "/openapi.json" && request.method() == http::verb::get) {
    exchange->respond(response(200, "application/json", openapi()));
    return true;
  }
  auto matched = match(request);
  if (!matched) return false;
  if (!*matched) {
    const Error& error = matched->error();
    exchange->respond(json_error(error.code == ErrorCode::not_found ? 405 : 400, malformed(error.message)));
    return true;
  }
  auto head = head_of(*exchange);
  if (!head) {
    exchange->respond(json_error(malformed(head.error().message)));
    return true;
  }
  const Endpoint& endpoint = *(*matched)->endpoint;
  const auto call = std::make_shared<JsonCall>(exchange, std::move(*head), endpoint, (*matched)->limit);
  exchange->listen(call);
  call->start(methods_, std::string(endpoint.rpc), (*matched)->message->SerializeAsString());
  return true;
}

}  // namespace bsn::edge
