// A client that writes HTTP/2 frames byte by byte, also those that no decent client would send.
//
// All waiting has a limit of ten seconds. Headers are written without compression and read by nghttp2's decoder.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_hd_inflater;

namespace bsn::h2::test {

enum : std::uint8_t { DATA = 0, HEADERS = 1, PRIORITY = 2, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7 };
enum : std::uint8_t { WINDOW_UPDATE = 8, CONTINUATION = 9 };
enum : std::uint8_t { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
  std::map<std::string, std::string> headers;  // of HEADERS

  std::uint32_t error() const;  // of RST_STREAM and GOAWAY
};

// How a call ended for the client.
struct Ended {
  std::string status;       // grpc-status; empty: the stream was reset, or the connection ended
  std::uint32_t reset = 0;  // error code of RST_STREAM
  std::string body;         // all DATA
  std::map<std::string, std::string> trailers;
};

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload);
std::string number(std::uint32_t value);                     // four bytes
std::string block(const Headers& headers);                   // literals, not indexed
std::string message(std::string_view bytes, char flag = 0);  // with gRPC's prefix
std::string gzip(std::string_view bytes);

// What a gRPC client sends for `path`; `more` is added at the end.
Headers request(const std::string& path, const Headers& more = {});

// A whole unary request.
std::string unary(std::uint32_t stream, const std::string& path, std::string_view body, const Headers& more = {});

class RawClient {
 public:
  // Connects. Greets with preface and SETTINGS, which is all that most tests want.
  explicit RawClient(const std::string& address, bool greet = true);
  ~RawClient();

  // False: the other side has closed.
  bool write(std::string_view bytes);

  // The next frame; nullopt: the connection has ended, or nothing came in time (see timed_out).
  std::optional<Frame> read();

  // Reads until a frame is as wanted; others are forgotten. nullopt as above.
  std::optional<Frame> read_until(const std::function<bool(const Frame&)>& wanted);
  std::optional<Frame> read_until(std::uint8_t type);

  // Reads until the stream has ended.
  Ended end_of(std::uint32_t stream);

  // Whether the server ends the connection; says by which GOAWAY code first, if by any.
  bool ended_by(std::optional<std::uint32_t>& code);

  bool timed_out = false;

 private:
  int socket_ = -1;
  std::string incoming_;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace bsn::h2::test
