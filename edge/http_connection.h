// One HTTP/1.1 connection: reads a request, has it served, writes the answer, and again.
//
// Requests are served one after the other, also when a client sends several at once. Limits: HttpBudgets. Threads: its
// loop's only.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "edge/exchange.h"
#include "edge/http_lane.h"
#include "edge/stream.h"

namespace bsn::edge {

class HttpConnection final : public ExchangeCarrier, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpLane& lane, boost::asio::ip::tcp::socket socket);

  void start();

  // No further request: closes now if it idles, else after the answer.
  void drain();
  void close();

  bool idle() const { return idle_; }

  // Where it stands among those whose handshake is half done.
  std::optional<std::list<HttpConnection*>::iterator> handshake;

 private:
  using Failed = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  // ---- from the client ----
  void handshaken(const Failed& failed);
  void await_request();
  void read_head();
  void head_came(const Failed& failed);
  void read_body();
  void body_came(const Failed& failed);
  void refuse(const Failed& failed);
  void serve();
  bool upgrade();
  void watch_for_end();

  // ---- to the client ----
  void respond(HttpResponse whole) override;
  void begin(HttpResponse head) override;
  void write(std::string_view part) override;
  void end() override;
  std::size_t unsent() const override { return out_.size() + writing_.size(); }
  void send(std::string_view bytes, bool last);
  void write_out();
  void wrote(const Failed& failed);
  void next();

  HttpLane& lane_;
  h2::Loop& loop_;
  Stream stream_;
  const std::string peer_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::shared_ptr<Exchange> exchange_;
  std::string out_, writing_;  // what waits, and what is being written
  bool keep_alive_ = true;
  bool answered_ = false;  // the answer is whole in out_
  bool chunked_ = false;   // the answer's body, which is sent in parts
  bool idle_ = true;
  bool watching_ = false;
  bool closed_ = false;
};

}  // namespace bsn::edge
