// A gRPC call with one request message that something else than a stream of HTTP/2 carries: the handlers of the
// gateway's methods serve it as any other.
//
// Threads: its loop's. A handler that has not answered half a second after the deadline is answered for.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "h2/call.h"
#include "h2/methods.h"

namespace bsn::edge {

class CarriedCall : public h2::Call {
 public:
  struct Head {
    h2::Metadata metadata;
    std::optional<std::chrono::nanoseconds> timeout;
    std::string peer;
    std::string vouched{};  // as h2::Call::vouched
  };

  CarriedCall(h2::Loop& loop, Head head) : Call(loop), head_(std::move(head)) {}

  // Has the method serve the message. UNIMPLEMENTED: there is no such method, or it takes a stream.
  void start(const h2::Methods& methods, const std::string& path, std::string message);

  // Nobody waits any more.
  void cancel();

  const std::string& path() const final { return path_; }
  const h2::Metadata& metadata() const final { return head_.metadata; }
  std::optional<std::chrono::nanoseconds> timeout() const final { return head_.timeout; }
  const std::string& peer() const final { return head_.peer; }
  std::string_view vouched() const final { return head_.vouched; }
  void send(std::string_view message) final;
  void finish(const h2::Outcome& outcome) final;
  bool open() const final { return !finished_; }
  void pause() final {}
  void resume() final {}

 protected:
  // The carrier's part.
  virtual void carry(std::string_view message) = 0;
  virtual void carry_end(const h2::Outcome& outcome) = 0;

  // What was carried has left.
  void sent();

 private:
  void wait_for_deadline();

  const Head head_;
  std::string path_;  // once it was started
  std::shared_ptr<h2::CallHandler> handler_;
  std::optional<boost::asio::steady_timer> deadline_;
  bool finished_ = false;
};

}  // namespace bsn::edge
