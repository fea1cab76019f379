// What the HTTP/1.1 server grants to one connection and to all together. Everything is far above what its clients need.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bsn::edge {

struct HttpBudgets {
  using Time = std::chrono::milliseconds;

  std::uint32_t head_bytes = 16 * 1024;        // request line and headers; beyond: 431 and the end
  std::uint64_t body_bytes = 1024 * 1024;      // one request's, one WebSocket message's; beyond: 413 and the end
  std::size_t unsent_bytes = 8 * 1024 * 1024;  // that wait for a client which reads slowly; beyond: the end
  std::size_t connections = 4'096;             // in all; beyond: one that idles goes, else the new one
  std::size_t handshakes = 512;                // of TLS, half done; beyond: the one that has taken longest goes

  Time handshake{10'000};  // from the connection to the end of TLS' handshake: closed
  Time head{10'000};       // from the first byte of a request to the end of its headers: closed
  Time body{30'000};       // from there to the end of its body: closed
  Time idle{60'000};       // between two requests: closed
  Time unread{60'000};     // bytes for the client that its socket does not take: closed
};

}  // namespace bsn::edge
