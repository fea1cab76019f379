#include "edge/public_service.h"

#include <boost/beast/websocket/rfc6455.hpp>
#include <deque>
#include <utility>

#include "edge/json_error.h"
#include "edge/url.h"
#include "edge/web_socket.h"

namespace bsn::edge {
namespace {

// Messages of one WebSocket that are worked on; then reading pauses no one, but further ones are refused.
constexpr std::size_t most_open = 64;

// What a request asks for, as far as its URL says.
struct Asked {
  std::string project, netcode;
  Caller caller;
};

std::optional<Asked> asked_by(const HttpRequest& request, bool socket) {
  const auto url = parse_url(target(request));
  if (!url || url->segments.size() < 4 || url->segments[0] != "api") return std::nullopt;
  Asked asked{url->segments[1], url->segments[socket ? 3 : 2], {}};
  asked.caller.origin = header(request, "x-bsn-origin");
  asked.caller.access_key = header(request, "x-api-key");
  if (!socket) asked.caller.traceparent = header(request, "traceparent");
  if (socket && !url->segments[2].empty()) asked.caller.access_key = url->segments[2];
  return asked;
}

// Whether the key is one of this project; what it may do is judged later, call by call.
bool knows(const GatewayDoor& door, const Asked& asked) {
  const auto project = door.project(asked.caller.access_key);
  return project && *project == asked.project;
}

HttpResponse response_of(const DialectAnswer& answer) {
  HttpResponse made = response(answer.status, "application/json", answer.body);
  set_retry_after(made, answer.retry_after);
  return made;
}

Reply unknown_key() {
  return refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not one of this project");
}

}  // namespace

// Between a WebSocket on its loop and a dialect on the home loop.
class PublicService::Socket final : public SocketHandler,
                                    public Subscriber,
                                    public std::enable_shared_from_this<Socket> {
 public:
  Socket(PublicService& service, h2::Loop& loop, NativeChain chain, Caller caller)
      : service_(service), loop_(loop), chain_(std::move(chain)), caller_(std::move(caller)) {}

  void on_open(WebSocket& socket) override { socket_ = socket.weak_from_this(); }
  void on_gone() override { socket_.reset(); }

  void on_message(WebSocket& socket, std::string& text) override {
    if (open_ >= most_open) return socket.end();
    ++open_;
    service_.home_.post([self = shared_from_this(), text = std::move(text)]() mutable {
      Dialect* dialect = self->service_.dialect(self->chain_);
      if (!dialect) return;
      dialect->answer({self->caller_, std::move(text), self->weak_from_this()}, [self](const DialectAnswer& answer) {
        self->loop_.post([self, body = answer.body] {
          --self->open_;
          self->send(body);
        });
      });
    });
  }

  void push(std::string text) override {
    loop_.post([self = shared_from_this(), text = std::move(text)] { self->send(text); });
  }

 private:
  void send(const std::string& text) {
    if (const auto socket = socket_.lock(); socket && !text.empty()) socket->send(text);
  }

  PublicService& service_;
  h2::Loop& loop_;
  const NativeChain chain_;
  const Caller caller_;
  std::weak_ptr<WebSocket> socket_;
  std::size_t open_ = 0;
};

Dialect* PublicService::dialect(const NativeChain& chain) {
  if (draining_) return nullptr;
  std::unique_ptr<Dialect>& made = dialects_[chain.native.netcode];
  if (!made) made = make_dialect({chain, door_, methods_, home_});
  return made.get();
}

bool PublicService::serve(const std::shared_ptr<Exchange>& exchange) {
  const HttpRequest& request = exchange->request();
  auto asked = asked_by(request, boost::beast::websocket::is_upgrade(request));
  auto chain = asked ? door_.native(asked->netcode) : std::nullopt;
  if (!chain) return false;
  asked->caller.peer = exchange->peer();
  if (request.method() != http::verb::post && !boost::beast::websocket::is_upgrade(request)) {
    exchange->respond(json_error(405, malformed("this is called by POST")));
    return true;
  }
  const bool known = knows(door_, *asked);
  home_.post([this, exchange, chain = std::move(*chain), caller = asked->caller, known] {
    const auto respond = [exchange](const DialectAnswer& answer) {
      exchange->loop().post([exchange, answer] { exchange->respond(response_of(answer)); });
    };
    Dialect* speaker = dialect(chain);
    if (!speaker) return respond({503, "", {}});
    if (!known) return respond(speaker->refuse(unknown_key()));
    speaker->answer({caller, exchange->request().body(), {}}, respond);
  });
  return true;
}

std::shared_ptr<SocketHandler> PublicService::open(const HttpRequest& request, h2::Loop& loop) {
  const auto asked = asked_by(request, true);
  auto chain = asked ? door_.native(asked->netcode) : std::nullopt;
  if (!chain || !knows(door_, *asked)) return nullptr;
  return std::make_shared<Socket>(*this, loop, std::move(*chain), asked->caller);
}

void PublicService::drain() {
  draining_ = true;
  for (const auto& [netcode, dialect] : dialects_) dialect->drain();
}

}  // namespace bsn::edge
