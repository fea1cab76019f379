// What the guard of a server has had to do since its start.
#pragma once

#include <cstdint>

namespace bsn::h2 {

struct GuardCounts {
  std::uint64_t accepted = 0;           // connections
  std::uint64_t ended = 0;              // connections whose budget was spent: GOAWAY ENHANCE_YOUR_CALM
  std::uint64_t refused = 0;            // streams for which there was no room: REFUSED_STREAM
  std::uint64_t streams = 0;            // open now, of all connections
  std::uint64_t handshakes_failed = 0;  // of TLS: no certificate that is believed, no TLS, or another protocol
};

}  // namespace bsn::h2
