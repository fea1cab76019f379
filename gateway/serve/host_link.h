// The stream to the city nodes that one loop of one process hosts: opens it, sends what a turn gathered for all of
// them, opens a broken one again after a bounded back-off.
//
// Any of the nodes' addresses leads there; a stream that broke, or could not be opened, is tried at the next one, since
// a node may have stopped while the others go on. Threads: the loop's only. Bounds: what is gathered belongs to open
// calls of the machine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/gateway_view.h"
#include "core/random.h"
#include "gateway/serve/gateway_front.h"
#include "gateway/serve/gathered_messages.h"
#include "h2/client_stream.h"
#include "proto/city_node.pb.h"

namespace bsn {

class HostLink {
 public:
  struct Node {
    CityIndex city;
    std::string name;
    std::string address;
    std::uint64_t calls = 0, batches = 0;            // that went there; so many calls in so many messages
    std::uint64_t answers = 0, answer_batches = 0;   // that came from there
    std::uint64_t last_batch = 0, last_answers = 0;  // the last messages that counted, by their numbers
  };
  // Hands news to the machine.
  using Post = std::function<void(std::shared_ptr<LinkNews>)>;

  // `number` is the link's own, in its news. Precondition: there is a node, and each has an address.
  HostLink(h2::Loop& loop, std::uint32_t number, std::vector<Node> nodes, Random random, const Post& post);

  void open_at(Instant when) { open_at_ = when; }

  // Ends the stream; there is no more news. Nothing may be sent from then on.
  void close();

  void note(Instant now, const StreamNews& news);

  // To what this turn sends; `number` is a place among nodes().
  void add(Instant now, std::uint32_t number, const Forward& forward);
  void add_cancelled(AttemptId attempt) { gathered_.room_for(10).add_cancelled(attempt.value); }
  // Asks for a sign of life.
  void add_probe(std::uint32_t number) { gathered_.room_for(2).add_probed(number); }

  bool has_gathered() const { return !gathered_.empty(); }
  // Sends everything gathered.
  void flush();
  // Opens the stream if it is time.
  void advance_to(Instant now);
  std::optional<Instant> next_wakeup() const { return open_at_; }

  // Whether its nodes have said something, or it could not be opened, since the start.
  bool tried() const { return tried_; }

  const std::vector<Node>& nodes() const { return nodes_; }

  // What NodeConnection says of the stream that this node shares.
  NodeConnection view(const Node& node, Instant now) const;

 private:
  void open();
  void heard(std::uint64_t stream, const std::string& bytes);
  void take_answers(const v1::NodeAnswers& incoming, LinkNews& news);
  void lost(std::uint64_t stream, const std::string& why);

  h2::Loop& loop_;
  const std::uint32_t number_;
  const Post& post_;
  std::vector<Node> nodes_;
  std::string clock_;
  Random random_;
  std::shared_ptr<h2::ClientStream> stream_;
  std::uint64_t streams_ = 0;      // opened, or tried to: the number of the present one
  std::uint64_t heard_of_ = 0;     // the last stream on which something came
  bool common_clock_ = false;      // the present one's nodes share our monotonic clock
  std::optional<Instant> opened_;  // nullopt: nobody has said anything on it
  bool tried_ = false;
  std::uint64_t batch_ = 1, answers_ = 0;  // numbers of the messages that are gathered, and that came last
  Duration backoff_;
  std::optional<Instant> open_at_;
  GatheredMessages<v1::NodeCalls> gathered_;
};

}  // namespace bsn
