#include "tests/h2/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <chrono>
#include <cstring>

namespace bsn::h2::test {
namespace {

constexpr int patience_ms = 10'000;

// RFC 7541, 5.1.
std::string integer(std::size_t value, int prefix_bits) {
  const std::size_t most = (std::size_t{1} << prefix_bits) - 1;
  if (value < most) return {static_cast<char>(value)};
  std::string bytes{static_cast<char>(most)};
  for (value -= most; value >= 128; value /= 128) bytes += static_cast<char>(value % 128 + 128);
  return bytes + static_cast<char>(value);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4 && i < bytes.size(); ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::map<std::string, std::string> decode(nghttp2_hd_inflater* inflater, const std::string& block) {
  std::map<std::string, std::string> headers;
  const auto* next = reinterpret_cast<const std::uint8_t*>(block.data());
  std::size_t left = block.size();
  while (true) {
    nghttp2_nv entry{};
    int flags = 0;
    const ssize_t taken = nghttp2_hd_inflate_hd2(inflater, &entry, &flags, next, left, 1);
    if (taken < 0) return headers;
    next += taken;
    left -= static_cast<std::size_t>(taken);
    if (flags & NGHTTP2_HD_INFLATE_EMIT) {
      headers[{reinterpret_cast<char*>(entry.name), entry.namelen}] = {reinterpret_cast<char*>(entry.value),
                                                                       entry.valuelen};
    }
    if (flags & NGHTTP2_HD_INFLATE_FINAL) break;
  }
  nghttp2_hd_inflate_end_headers(inflater);
  return headers;
}

}  // namespace

std::uint32_t Frame::error() const { return number_at(payload, type == GOAWAY ? 4 : 0); }

std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string bytes = number(static_cast<std::uint32_t>(payload.size())).substr(1);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  return bytes + number(stream) + std::string(payload);
}

std::string block(const Headers& headers) {
  std::string bytes;
  for (const auto& [name, value] : headers) {
    bytes += '\0';
    bytes += integer(name.size(), 7) + name + integer(value.size(), 7) + value;
  }
  return bytes;
}

std::string message(std::string_view bytes, char flag) {
  return std::string(1, flag) + number(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string made(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(made.data());
  stream.avail_out = static_cast<uInt>(made.size());
  deflate(&stream, Z_FINISH);
  made.resize(stream.total_out);
  deflateEnd(&stream);
  return made;
}

Headers request(const std::string& path, const Headers& more) {
  Headers headers{{":method", "POST"},        {":scheme", "http"}, {":path", path},
                  {":authority", "bsn.test"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
  headers.insert(headers.end(), more.begin(), more.end());
  return headers;
}

std::string unary(std::uint32_t stream, const std::string& path, std::string_view body, const Headers& more) {
  return frame(HEADERS, END_HEADERS, stream, block(request(path, more))) +
         frame(DATA, END_STREAM, stream, message(body));
}

RawClient::RawClient(const std::string& address, bool greet) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  socket_ = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) timed_out = true;
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval limit{patience_ms / 1000, 0};
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  nghttp2_hd_inflate_new(&inflater_);
  if (greet) write(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + frame(SETTINGS, 0, 0, ""));
}

RawClient::~RawClient() {
  close(socket_);
  nghttp2_hd_inflate_del(inflater_);
}

bool RawClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<Frame> RawClient::read() {
  constexpr std::size_t header = 9;
  while (true) {
    const std::size_t length = incoming_.size() < header ? 0 : number_at(incoming_, 0) >> 8;
    if (incoming_.size() >= header + length) {
      Frame frame{static_cast<std::uint8_t>(incoming_[3]),
                  static_cast<std::uint8_t>(incoming_[4]),
                  number_at(incoming_, 5),
                  incoming_.substr(header, length),
                  {}};
      incoming_.erase(0, header + length);
      if (frame.type == HEADERS) frame.headers = decode(inflater_, frame.payload);
      return frame;
    }
    pollfd ready{socket_, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) <= 0) {
      timed_out = true;
      return std::nullopt;
    }
    std::array<char, 65536> bytes;
    const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) return std::nullopt;
    incoming_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::optional<Frame> RawClient::read_until(const std::function<bool(const Frame&)>& wanted) {
  while (auto frame = read()) {
    if (wanted(*frame)) return frame;
  }
  return std::nullopt;
}

std::optional<Frame> RawClient::read_until(std::uint8_t type) {
  return read_until([type](const Frame& frame) { return frame.type == type; });
}

Ended RawClient::end_of(std::uint32_t stream) {
  Ended ended;
  read_until([&](const Frame& frame) {
    if (frame.stream != stream) return false;
    if (frame.type == DATA) ended.body += frame.payload;
    if (frame.type == RST_STREAM) ended.reset = frame.error();
    if (frame.type == HEADERS && frame.headers.contains("grpc-status")) {
      ended.trailers = frame.headers;
      ended.status = frame.headers.at("grpc-status");
    }
    return frame.type == RST_STREAM || (frame.flags & END_STREAM && (frame.type == HEADERS || frame.type == DATA));
  });
  return ended;
}

bool RawClient::ended_by(std::optional<std::uint32_t>& code) {
  while (auto frame = read()) {
    if (frame->type == GOAWAY && !code) code = frame->error();
  }
  return !timed_out;
}

}  // namespace bsn::h2::test
