// The ways to all city nodes: attempts are held for the way from origin to city (WAN model), then all that is due in a
// turn goes to each host in as few messages as possible (host_link.h).
//
// An attempt whose caller is gone by then is not sent. Threads: the loop's only. Bounds: one stream per city with an
// address, fewer where they share loops; held attempts belong to open calls of the machine.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/gateway_view.h"
#include "gateway/serve/gateway_front.h"
#include "gateway/serve/host_link.h"
#include "loop/delay_line.h"
#include "proto/city_node.grpc.pb.h"

namespace bsn {

class NodeLinks {
 public:
  NodeLinks(h2::Loop& loop, const GatewaySpec& spec, HostLink::Post post);

  void open_all(Instant now);

  // Ends all streams; there is no more news. Nothing may be sent from then on.
  void close_all();

  void note(Instant now, const StreamNews& news);

  // Holds it for its way, or gathers it for this turn.
  void send(Instant now, Forward&& forward, WanLinks& wan);
  void cancel(Instant now, const CancelAttempt& cancel, WanLinks& wan);

  // Asks for a sign of life with what this turn sends. It does not wait for the way: the node's process is asked, not
  // the network.
  void probe(CityIndex city);

  // Gathers what is due, opens what is due, and sends everything gathered.
  void end_turn(Instant now, const GatewayFront& front);
  std::optional<Instant> next_wakeup() const { return earlier(held_.next_due(), next_open_); }

  // Whether every city node has answered, or failed to, since the start.
  bool all_tried() const;

  // Each node's stream and what has gone over it; the machine knows the rest. Of the cities with an address, by their
  // index.
  std::vector<std::pair<CityIndex, NodeConnection>> view(Instant now) const;

  // For requests that don't go in batches; nullptr: the city has no address.
  v1::CityNode::Stub* stub(CityIndex city) { return places_[city.value].stub.get(); }

 private:
  using Way = std::pair<CityIndex, CityIndex>;  // from, to
  using Outgoing = std::variant<Forward, CancelAttempt>;

  // Where a city's node is reached.
  struct Place {
    HostLink* link = nullptr;  // nullptr: it has no address
    std::uint32_t node = 0;    // among the link's
    std::unique_ptr<v1::CityNode::Stub> stub;
  };

  void add_link(h2::Loop& loop, const GatewaySpec& spec, const std::vector<CityIndex>& cities);
  void gather(const CancelAttempt& cancel);
  void gather(Instant now, const Forward& forward);
  // The city's link, for something to be added to it; nullptr: there is none, and the machine knows.
  HostLink* touch(CityIndex city);
  void find_next_open();

  const HostLink::Post post_;
  std::vector<std::unique_ptr<HostLink>> links_;
  std::vector<Place> places_;  // by city
  DelayLine<Way, Outgoing> held_;
  std::vector<HostLink*> touched_;    // those with something gathered
  std::optional<Instant> next_open_;  // when the first of the links is to be opened
};

}  // namespace bsn
