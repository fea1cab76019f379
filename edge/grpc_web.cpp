#include "edge/grpc_web.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "edge/carried_call.h"
#include "edge/json_error.h"
#include "edge/request_head.h"
#include "h2/wire_text.h"

namespace bsn::edge {
namespace {

constexpr std::array<std::string_view, 2> services = {"/bsn.v1.Gateway/", "/grpc.health.v1.Health/"};
constexpr std::size_t prefix_bytes = 5;
constexpr char trailers_flag = '\x80';

enum class Form : std::uint8_t { binary, text };

std::optional<Form> form_of(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  if (content_type == "application/grpc-web" || content_type == "application/grpc-web+proto") return Form::binary;
  if (content_type == "application/grpc-web-text" || content_type == "application/grpc-web-text+proto")
    return Form::text;
  return std::nullopt;
}

std::string frame(char flag, std::string_view payload) {
  std::string made(1, flag);
  for (int shift = 24; shift >= 0; shift -= 8) made.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  return made.append(payload);
}

// Base64 with padding, as browsers decode it piece by piece.
std::string padded_base64(std::string_view bytes) {
  std::string text = h2::base64_encode(bytes);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

// The one message in the body; nullopt: that is not what is there.
std::optional<std::string> message_in(std::string body, Form form) {
  if (form == Form::text) {
    auto decoded = h2::base64_decode(body);
    if (!decoded) return std::nullopt;
    body = std::move(*decoded);
  }
  if (body.size() < prefix_bytes || body[0] != 0) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 1; i < prefix_bytes; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
  if (body.size() != prefix_bytes + size) return std::nullopt;
  return body.substr(prefix_bytes);
}

std::string trailers_of(const h2::Outcome& outcome) {
  std::string text = "grpc-status: " + std::to_string(outcome.code) + "\r\n";
  if (!outcome.message.empty()) text += "grpc-message: " + h2::percent_encode(outcome.message) + "\r\n";
  if (!outcome.details.empty()) {
    text += "grpc-status-details-bin: " + h2::base64_encode(outcome.details) + "\r\n";
  }
  for (const auto& [name, value] : outcome.trailers) text += name + ": " + value + "\r\n";
  return text;
}

// A call whose messages and trailers are frames of the answer's body.
class WebCall final : public CarriedCall, public Exchange::Listener {
 public:
  WebCall(std::shared_ptr<Exchange> exchange, Head head, Form form)
      : CarriedCall(exchange->loop(), std::move(head)), exchange_(std::move(exchange)), form_(form) {}

  std::size_t unsent() const override { return exchange_->unsent(); }
  void on_gone() override { cancel(); }
  void on_sent() override { sent(); }

 private:
  void carry(std::string_view message) override { write(frame(0, message)); }

  void carry_end(const h2::Outcome& outcome) override {
    write(frame(trailers_flag, trailers_of(outcome)));
    exchange_->end();
  }

  void write(const std::string& bytes) {
    const char* type = form_ == Form::text ? "application/grpc-web-text+proto" : "application/grpc-web+proto";
    if (!std::exchange(begun_, true)) exchange_->begin(response(200, type, ""));
    exchange_->write(form_ == Form::text ? padded_base64(bytes) : bytes);
  }

  const std::shared_ptr<Exchange> exchange_;
  const Form form_;
  bool begun_ = false;
};

}  // namespace

bool GrpcWeb::serve(const std::shared_ptr<Exchange>& exchange) {
  const HttpRequest& request = exchange->request();
  const auto form = form_of(header(request, "content-type"));
  const std::string path(target(request));
  const bool ours = std::any_of(services.begin(), services.end(), [&](auto each) { return path.starts_with(each); });
  if (!form || !ours || request.method() != http::verb::post) return false;
  auto head = head_of(*exchange);
  const std::string wrong_head = head ? "" : head.error().message;
  const auto call =
      std::make_shared<WebCall>(exchange, head ? std::move(*head) : CarriedCall::Head{{}, {}, exchange->peer()}, *form);
  exchange->listen(call);
  auto message = message_in(request.body(), *form);
  if (!wrong_head.empty()) {
    call->finish(malformed(wrong_head));
  } else if (!message) {
    call->finish(malformed("the body is not one uncompressed message of gRPC-Web"));
  } else {
    call->start(methods_, path, std::move(*message));
  }
  return true;
}

}  // namespace bsn::edge
