// Waits for what a socket brings and reads it, with one system call for most reads.
//
// The kernel fills a small buffer of the connection's own, so that nobody has to be told first that there is something;
// when that was not enough, the rest goes to a large buffer that all connections of a thread share.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace bsn::h2 {

class SocketReader {
 public:
  using Failed = boost::system::error_code;
  using Bytes = std::span<const std::uint8_t>;

  // Calls handler(failed, bytes) once, on the socket's thread. The bytes live until it returns. Socket, reader and
  // `large`, which has room for more than a small buffer, outlive that call; the handler sees to it.
  template <class Handler>
  void wait(boost::asio::ip::tcp::socket& socket, std::span<std::uint8_t> large, Handler handler) {
    socket.async_read_some(boost::asio::buffer(small_), [this, &socket, large, handler = std::move(handler)](
                                                            const Failed& failed, std::size_t count) mutable {
      handler(failed, count < small_.size() ? Bytes(small_).first(count) : with_the_rest(socket, large));
    });
  }

 private:
  // A failure shows with the next read.
  Bytes with_the_rest(boost::asio::ip::tcp::socket& socket, std::span<std::uint8_t> large) {
    std::copy(small_.begin(), small_.end(), large.begin());
    const auto room = large.subspan(small_.size());
    Failed none;
    const std::size_t more = socket.read_some(boost::asio::buffer(room.data(), room.size()), none);
    return large.first(small_.size() + more);
  }

  std::array<std::uint8_t, 4096> small_;
};

}  // namespace bsn::h2
