// The streams to all city nodes: opens them, sends what a turn gathered, opens broken ones again after a bounded
// back-off.
//
// Attempts are held for the way from origin to city (WAN model), then all that is due in a turn goes to each node in as
// few messages as possible. An attempt whose caller is gone by then is not sent. Threads: the loop's only. Bounds: one
// stream per city with an address; held and unsent attempts belong to open calls of the machine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/gateway_view.h"
#include "gateway/serve/gateway_front.h"
#include "gateway/serve/gathered_messages.h"
#include "h2/client_stream.h"
#include "loop/delay_line.h"
#include "proto/city_node.grpc.pb.h"

namespace bsn {

class NodeLinks {
 public:
  // `post` hands news to the machine.
  using Post = std::function<void(std::shared_ptr<NodeNews>)>;

  NodeLinks(h2::Loop& loop, const GatewaySpec& spec, Post post);

  void open_all(Instant now);

  // Ends all streams; there is no more news. Nothing may be sent from then on.
  void close_all();

  void note(Instant now, const StreamNews& news);

  // Holds it for its way, or gathers it for this turn.
  void send(Instant now, Forward&& forward, WanLinks& wan);
  void cancel(Instant now, const CancelAttempt& cancel, WanLinks& wan);

  // Asks for a sign of life with what this turn sends. It does not wait for the way: the node's process is asked, not
  // the network.
  void probe(CityIndex city) { touch(city).gathered.room_for(2).set_probe(true); }

  // Gathers what is due, opens what is due, and sends everything gathered.
  void end_turn(Instant now, const GatewayFront& front);
  std::optional<Instant> next_wakeup() const;

  // Whether every city node has answered, or failed to, since the start.
  bool all_tried() const { return untried_ == 0; }

  // Each stream and what has gone over it; the machine knows the rest. Of the cities with an address, by their index.
  std::vector<std::pair<CityIndex, NodeConnection>> view(Instant now) const;

  // For requests that don't go in batches; nullptr: the city has no address.
  v1::CityNode::Stub* stub(CityIndex city) { return nodes_[city.value].stub.get(); }

 private:
  using Way = std::pair<CityIndex, CityIndex>;  // from, to
  using Outgoing = std::variant<Forward, CancelAttempt>;

  struct Node {
    std::string name;
    std::string address;
    std::unique_ptr<v1::CityNode::Stub> stub;
    std::shared_ptr<h2::ClientStream> stream;
    std::uint64_t number = 0;  // of the stream, counted per city
    bool tried = false;
    std::optional<Instant> opened;  // the stream; nullopt: the node has said nothing on it
    std::uint64_t calls = 0, batches = 0, answers = 0, answer_batches = 0;
    Duration backoff;
    std::optional<Instant> open_at;
    GatheredMessages<v1::NodeCalls> gathered;
    bool touched = false;
  };

  void open(CityIndex city);
  void gather(Instant now, const Outgoing& outgoing, const GatewayFront* front);
  Node& touch(CityIndex city);
  void send_gathered(Node& node);
  void news_from(CityIndex city, std::uint64_t stream, bool common_clock, const v1::NodeAnswers& message);
  void lost(CityIndex city, std::uint64_t stream);

  h2::Loop& loop_;
  Post post_;
  std::string clock_;
  Random random_;
  std::vector<Node> nodes_;
  std::size_t untried_ = 0;
  std::vector<CityIndex> touched_;
  DelayLine<Way, Outgoing> held_;
  v1::NodeAnswers incoming_;  // here, so that its memory is used again
};

}  // namespace bsn
