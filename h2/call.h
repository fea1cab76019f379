// The server's side of one gRPC call.
//
// Threads: everything on the loop of its connection. The object outlives the call for whoever holds it; then sending
// and finishing do nothing. Bounds: messages that are half there or not sent yet count to the budgets of bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "h2/message_reader.h"
#include "h2/methods.h"
#include "h2/outcome.h"
#include "h2/request_head.h"

namespace bsn::h2 {

class Connection;
class Loop;

class Call final : public std::enable_shared_from_this<Call> {
 public:
  using Clock = std::chrono::steady_clock;

  // Made by the connection when a stream begins.
  Call(Connection& connection, std::int32_t stream);

  const Metadata& metadata() const { return head_.metadata(); }

  // "/package.Service/Method".
  const std::string& path() const { return head_.path(); }

  // What grpc-timeout said when the headers came; nullopt: no deadline.
  std::optional<std::chrono::nanoseconds> timeout() const { return head_.timeout(); }

  // "127.0.0.1:40001" or "[::1]:40001".
  const std::string& peer() const { return *peer_; }

  Loop& loop() const { return loop_; }

  // Sends a message.
  void send(std::string_view message);

  // Ends the call after what was sent. Of several, the first counts.
  void finish(const Outcome& outcome);

  // Whether the client still waits for the end.
  bool open() const { return connection_ && !finished_; }

  // Bytes that were sent but are still here, because the client reads slowly. A handler that streams stops above a
  // bound of its own and goes on in on_sent.
  std::size_t unsent() const { return out_.size() - out_sent_; }

  // No more messages until resume(): flow control lets the client feel it, at most a stream window later.
  void pause() { paused_ = true; }
  void resume();

  // The handler's own number of this call.
  std::uint64_t tag = 0;

 private:
  friend class Connection;
  friend struct SessionCallbacks;

  // ---- from the client ----
  void headers_done();
  void data(std::string_view bytes);
  void half_closed();
  void closed();  // the stream is gone
  void tick(Clock::time_point now);

  std::size_t read_messages(std::string_view bytes);
  void message_came();
  void end_of_requests();

  // ---- to the client ----
  void refuse(Outcome outcome);
  std::optional<std::size_t> fill(std::span<std::uint8_t> to);  // nullopt: nothing is there yet
  void submit_headers(bool last);
  void submit_trailers();
  void account();
  std::size_t held() const;
  bool takes_one() const { return method_ && std::holds_alternative<UnaryStart>(*method_); }
  bool all_told() const { return finished_ && unsent() == 0; }

  Loop& loop_;
  Connection* connection_;  // nullptr: the stream is gone
  const std::int32_t stream_;
  const std::shared_ptr<const std::string> peer_;
  std::size_t place_ = 0;  // among the connection's calls
  const Clock::time_point began_;

  RequestHead head_;
  MessageReader reader_;
  const Method* method_ = nullptr;
  std::string request_;  // of a method with one
  std::string waiting_;  // bytes that came while paused
  bool have_request_ = false;
  bool half_closed_ = false;
  bool paused_ = false;
  Clock::time_point half_sent_since_;

  std::shared_ptr<CallHandler> handler_;
  std::string out_;  // framed messages
  std::size_t out_sent_ = 0;
  std::size_t accounted_ = 0;
  bool headers_sent_ = false;
  bool finished_ = false;
  Clock::time_point finished_at_;
  Outcome outcome_;
};

}  // namespace bsn::h2
