// The client's side of one long-lived gRPC call that streams messages both ways, on a connection of its own.
//
// For the other side being ours: what it sends is bounded by its windows and by `message_bytes`, nothing else is
// guarded. Sent messages gather until flush(), which writes them in one go; whoever sends bounds them, see unsent().
// Threads: everything on the loop. The object keeps itself alive until it is closed.
#pragma once

#include <nghttp2/nghttp2.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "h2/loop.h"
#include "h2/message_reader.h"
#include "h2/outcome.h"
#include "h2/send_queue.h"
#include "h2/socket_reader.h"

namespace bsn::h2 {

class Tls;
class TlsSession;

class ClientStream final : public std::enable_shared_from_this<ClientStream> {
 public:
  // Called on the loop, never from within open() or close().
  struct Listener {
    std::function<void(const std::string& message)> on_message;
    std::function<void(const Outcome& outcome)> on_closed;  // once, last; also when it could not be opened
  };
  struct Target {
    std::string address;                                             // "127.0.0.1:40001": an IP address and a port
    std::string path;                                                // "/package.Service/Method"
    std::vector<std::pair<std::string, std::string>> metadata = {};  // names in lower case
    std::size_t message_bytes = 16 * 1024 * 1024;                    // the largest message that may come
    std::shared_ptr<const Tls> tls = nullptr;                        // of for_client; nullptr: in the clear
  };

  static std::shared_ptr<ClientStream> open(Loop& loop, Target target, Listener listener);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  // Nothing happens when the stream is closed.
  void send(std::string_view message);
  void flush();

  // Bytes of messages that have not been handed to the engine, be it that the other side's window is used up.
  std::size_t unsent() const { return out_.size(); }

  // The other side has taken the connection; with TLS, hands may not be shaken yet.
  bool is_connected() const { return session_ != nullptr && !closed_; }

  // Breaks the call off. Nothing is called back from then on.
  void close();

 private:
  friend struct ClientCallbacks;

  ClientStream(Loop& loop, Target target, Listener listener);

  void connect();
  void connected();
  void request();
  void wait_to_read();
  void read(SocketReader::Bytes bytes);
  bool unseal(std::span<const std::uint8_t>& bytes);
  void hear(std::span<const std::uint8_t> bytes);
  void write();
  bool collect(std::vector<std::uint8_t>& into);
  void wait_to_write();
  void end_if_over();
  void broke(const std::string& why);
  void end(const Outcome& outcome);

  // ---- what the engine tells ----
  void data(std::string_view bytes);
  std::optional<std::size_t> fill(std::uint8_t* to, std::size_t most);  // nullopt: nothing is there
  void trailer(std::string_view name, std::string_view value);
  void stream_closed(std::uint32_t code);

  Loop& loop_;
  Target target_;
  Listener listener_;
  boost::asio::ip::tcp::socket socket_;
  SocketReader socket_reader_;
  std::unique_ptr<TlsSession> tls_;     // once connected; nullptr: in the clear
  nghttp2_session* session_ = nullptr;  // once connected
  std::int32_t stream_ = 0;
  MessageReader reader_;
  SendQueue out_;                        // framed messages
  std::vector<std::uint8_t> unwritten_;  // what the socket did not take
  std::optional<int> status_;            // grpc-status
  std::string status_message_;
  std::optional<Outcome> over_;
  bool in_engine_ = false;  // it must not be asked for what to send then
  bool closed_ = false;
};

}  // namespace bsn::h2
