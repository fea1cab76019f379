// What a server grants to one connection and to all of them together. Every default is far above what gRPC's own
// clients need and far below what could hurt another client.
//
// They bind from the first byte on, whether or not the client acknowledges our SETTINGS. Budgets "in all" are shared
// out evenly over the loops, so that no loop asks another one.
#pragma once

#include <chrono>
#include <cstddef>

namespace bsn::h2 {

// `burst` events at once, `per_second` in the long run.
struct Rate {
  double burst = 0;
  double per_second = 0;
};

struct Budgets {
  using Time = std::chrono::milliseconds;

  // ---- one connection; at the bound of a Rate: GOAWAY ENHANCE_YOUR_CALM and the end of the connection ----
  std::size_t streams = 1'024;                   // open calls; beyond: REFUSED_STREAM, which a client may send again
  Rate resets{1'000, 100};                       // streams ended by RST_STREAM, by either side (rapid reset)
  Rate control{1'000, 100};                      // PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown frames
  double control_per_frame = 4;                  // ... and so many more for each HEADERS or DATA frame that it was sent
  std::size_t header_block_bytes = 32 * 1024;    // HEADERS + CONTINUATION of one request, compressed: GOAWAY
  std::size_t continuation_frames = 8;           // of one request: GOAWAY
  std::size_t header_list_bytes = 16 * 1024;     // one request's, decompressed (RFC 9113, 6.5.2): the call is refused
  std::size_t message_bytes = 16 * 1024 * 1024;  // one message, inflated: RESOURCE_EXHAUSTED
  std::size_t plain_body_bytes = 1024 * 1024;    // of a request that is not gRPC: 413
  std::size_t connection_bytes = 64 * 1024 * 1024;  // held for it, requests and answers: call refused, or GOAWAY

  // ---- all connections ----
  std::size_t connections = 10'000;              // beyond: the one that has idled longest goes, else the new one
  std::size_t handshakes = 1'000;                // of TLS, half done; beyond: the one that has taken longest is closed
  std::size_t streams_in_all = 65'536;           // beyond: REFUSED_STREAM
  std::size_t bytes_in_all = 512 * 1024 * 1024;  // beyond: the connection that holds most gets GOAWAY

  // ---- time; kept to within a quarter of a second ----
  Time greeting{10'000};  // from the connection to the client's SETTINGS, TLS included: closed
  Time half_sent{
      30'000};         // from the first byte of a frame, header block or message to its last: call or connection ends
  Time idle{600'000};  // without an open call: GOAWAY NO_ERROR
  Time keep_alive{60'000};   // silence on a connection with open calls before we send a PING ...
  Time ping_answer{20'000};  // ... and for its answer: closed
  Time unread{60'000};       // bytes for the client that its socket does not take: closed

  // Flow control: what a client may send before we have read it.
  std::size_t stream_window = 256 * 1024;
  std::size_t connection_window = 1024 * 1024;
};

}  // namespace bsn::h2
