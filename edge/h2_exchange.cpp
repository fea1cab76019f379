#include "edge/h2_exchange.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "h2/call.h"

namespace bsn::edge {
namespace {

// One stream: hears of its end, and carries the answer. The stream and the exchange hold each other by it until the
// answer has ended or the client is gone.
class H2Exchange final : public h2::CallHandler,
                         public ExchangeCarrier,
                         public std::enable_shared_from_this<H2Exchange> {
 public:
  explicit H2Exchange(h2::PlainCall& call) : call_(std::static_pointer_cast<h2::PlainCall>(call.shared_from_this())) {}

  void serve(const Sites& sites, HttpRequest request) {
    exchange_ = std::make_shared<Exchange>(call_->loop(), call_->peer(), *this, std::move(request));
    sites.serve(exchange_);
  }
  bool answered() const { return !exchange_ || !exchange_->open(); }

  void on_sent(h2::Call&) override {
    if (const auto exchange = exchange_) exchange->sent();
  }
  void on_cancel(h2::Call&) override {
    if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->gone();
  }

 private:
  void respond(HttpResponse whole) override {
    begin_with(whole);
    if (!whole.body().empty()) call_->send(whole.body());
    call_->finish({});
  }
  void begin(HttpResponse head) override { begin_with(head); }
  void write(std::string_view part) override { call_->send(part); }
  void end() override { call_->finish({}); }
  std::size_t unsent() const override { return call_->unsent(); }

  void begin_with(const HttpResponse& response) {
    h2::PlainCall::Headers headers;
    for (const auto& field : response) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
      headers.emplace_back(std::move(name), std::string(field.value()));
    }
    call_->begin(static_cast<int>(response.result_int()), std::move(headers));
  }

  const std::shared_ptr<h2::PlainCall> call_;
  std::shared_ptr<Exchange> exchange_;
};

HttpRequest request_of(const h2::PlainCall& call, std::string body) {
  HttpRequest request(http::string_to_verb(call.verb()), call.path(), 11, std::move(body));
  call.metadata().for_each([&](std::string_view name, std::string_view value) {
    request.insert(boost::beast::string_view(name.data(), name.size()),
                   boost::beast::string_view(value.data(), value.size()));
  });
  if (!call.content_type().empty()) request.set(http::field::content_type, call.content_type());
  constexpr const char* timeout = "x-bsn-timeout";
  if (call.timeout() && !request.count(timeout)) request.set(timeout, std::to_string(call.timeout()->count()) + "ns");
  return request;
}

}  // namespace

h2::PlainStart serve_over_h2(const Sites& sites) {
  return [&sites](h2::PlainCall& call, std::string& body) -> std::shared_ptr<h2::CallHandler> {
    const auto made = std::make_shared<H2Exchange>(call);
    made->serve(sites, request_of(call, std::move(body)));
    return made->answered() ? nullptr : made;
  };
}

}  // namespace bsn::edge
