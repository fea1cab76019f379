// What a gateway's connections are about just now, those of its clients and those to its city nodes: for people who
// look at one that runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace bsn {

// One HTTP/2 connection of a client.
struct ClientConnection {
  std::string peer;  // "127.0.0.1:40001"
  bool tls = false;
  Duration age;                                 // since it was accepted
  Duration quiet;                               // since something came from it
  std::uint64_t open_streams = 0, streams = 0;  // calls now, and since it was accepted
  std::uint64_t bytes_in = 0, bytes_out = 0;    // as on the wire, TLS included
  std::uint64_t resets_in = 0, resets_out = 0;  // RST_STREAM for cause
  std::uint64_t pings_in = 0, pings_out = 0;    // without the answers
  std::uint64_t held_bytes = 0;                 // of requests that are half there and answers that are not read
};

// The stream to one city node, and what went over it and those before it since the gateway was commissioned.
struct NodeConnection {
  std::string city;
  std::string address;
  std::string condition;                 // "healthy", or why no call goes there: the breaker's and the health's word
  Duration age;                          // of the stream; 0: there is none
  std::uint64_t streams = 0;             // opened, or tried to
  std::uint64_t open_calls = 0;          // attempts that are out there
  std::uint64_t calls = 0, batches = 0;  // sent; so many calls in so many messages
  std::uint64_t answers = 0, answer_batches = 0;  // that came
};

struct GatewayView {
  std::uint64_t connections = 0;          // of clients, now
  std::uint64_t accepted = 0;             // since the start, as all below
  std::uint64_t ended = 0;                // connections whose budget was spent
  std::uint64_t refused = 0;              // calls for which there was no room
  std::uint64_t handshakes_failed = 0;    // of TLS
  std::vector<ClientConnection> clients;  // of all, at most `most_clients_in_view`: those that were heard last
  std::vector<NodeConnection> nodes;      // in the order of the cities; of those that have an address
};

inline constexpr std::size_t most_clients_in_view = 1'000;

}  // namespace bsn
