// A call that is a stream of an HTTP/2 connection.
//
// Threads: everything on the loop of its connection. Bounds: messages that are half there or not sent yet count to the
// budgets of bytes.
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
#include "h2/plain_call.h"
#include "h2/request_head.h"
#include "h2/send_queue.h"

namespace bsn::h2 {

class Connection;

class StreamCall final : public PlainCall {
 public:
  using Clock = std::chrono::steady_clock;

  // Made by the connection when a stream begins.
  StreamCall(Connection& connection, std::int32_t stream);

  const std::string& path() const override { return head_.path(); }
  const Metadata& metadata() const override { return head_.metadata(); }

  // What grpc-timeout said when the headers came.
  std::optional<std::chrono::nanoseconds> timeout() const override { return head_.timeout(); }

  const std::string& verb() const override { return head_.verb(); }
  const std::string& content_type() const override { return head_.content_type(); }
  void begin(int status, Headers headers) override;
  const std::string& peer() const override { return *peer_; }
  void send(std::string_view message) override;
  void finish(const Outcome& outcome) override;
  bool open() const override { return connection_ && !finished_; }
  std::size_t unsent() const override { return out_.size(); }

  // The client feels it by flow control, at most a stream window later.
  void pause() override { paused_ = true; }
  void resume() override;

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
  void plain_data(std::string_view bytes);
  void serve_plain();
  void submit_plain_headers(bool last);
  bool takes_one() const { return plain_ || (method_ && std::holds_alternative<UnaryStart>(*method_)); }
  bool all_told() const { return finished_ && unsent() == 0; }

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

  // How the answer to a plain request begins.
  struct PlainHead {
    int status = 500;
    Headers headers;
  };
  std::unique_ptr<PlainHead> plain_;  // nullptr: gRPC

  std::shared_ptr<CallHandler> handler_;
  SendQueue out_;  // framed messages
  std::size_t accounted_ = 0;
  bool headers_sent_ = false;
  bool finished_ = false;
  Clock::time_point finished_at_;
  Outcome outcome_;
};

}  // namespace bsn::h2
