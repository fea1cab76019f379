// The gateway machine with its clients and links: what a loop of the live gateway drives.
//
// Around the machine it does three things: it numbers the calls of all clients and finds the sink for each answer; it
// drops a client's calls when the client is gone; and it holds the answers of city nodes for the way back to the origin
// (WAN model).
//
// Threads: the loop's only. Bounds: one record per open call of the machine (max_calls); an answer that is held belongs
// to one of those.
#pragma once

#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/serve/reply_sink.h"
#include "gateway/serve/wan_links.h"
#include "loop/delay_line.h"

namespace bsn {

// Calls that arrived together from one client. `calls` are ClientCalls whose id is not set yet.
struct CallBatch {
  std::shared_ptr<ReplySink> sink;
  std::vector<std::uint64_t> client_ids;  // one per call
  std::vector<GatewayInput> calls;
};

struct SinkGone {
  std::shared_ptr<ReplySink> sink;
};

// Nobody waits for this one of the sink's calls any more; it is not answered.
struct CallGone {
  std::shared_ptr<ReplySink> sink;
  std::uint64_t client_id = 0;
};

// What came over the stream to one or more city nodes.
struct LinkNews {
  enum class What : std::uint8_t {
    opened,  // the first message on this stream
    said,    // a later one
    closed,  // it broke; nothing more comes from it
  };
  struct State {
    CityIndex city;
    bool serving = false;
  };
  struct Answer {
    CityIndex city;
    GatewayInput reply;  // a NodeReply
  };
  std::uint32_t link = 0;
  std::uint64_t stream = 0;  // which of the streams of this link
  What what = What::said;
  std::vector<State> states;  // of closed: of every city of the link
  std::vector<Answer> answers;
};

// Pointers, because the loop hands inputs on as constants, and the calls in them are not to be copied once more.
// Whoever posts one leaves it alone once it was accepted.
using FrontInput = std::variant<std::shared_ptr<CallBatch>, std::shared_ptr<LinkNews>, SinkGone, CallGone,
                                GatewayAssigned, AccountsAssigned, Resumed, QuotaGrant>;

struct Delivery {
  std::shared_ptr<ReplySink> sink;
  std::uint64_t client_id = 0;
  Reply reply;
};

// News of a stream that the owner of the streams wants to know.
struct StreamNews {
  std::uint32_t link = 0;
  std::uint64_t stream = 0;
  bool closed = false;
};

using FrontOutput = std::variant<Forward, CancelAttempt, Delivery, StreamNews, NonceUsed, QuotaAsk, Probe>;

class GatewayFront {
 public:
  // As Gateway.
  GatewayFront(GatewaySpec spec, std::int64_t zero_unix_ns);

  void step(Instant now, const FrontInput& input, std::vector<FrontOutput>& out);
  void advance_to(Instant now, std::vector<FrontOutput>& out);
  std::optional<Instant> next_wakeup() const;

  Gateway& gateway() { return gateway_; }
  WanLinks& wan() { return wan_; }

  // A request that is no call: the machine's checks; what they want done is put out at the end of the turn.
  std::optional<Reply> admit(Instant now, const Credentials& who, const ChainName& chain) {
    return gateway_.admit(now, who, chain, scratch_);
  }

  // Whether somebody still waits for this attempt.
  bool waits_for(AttemptId attempt) const { return gateway_.origin_of(attempt).has_value(); }

  std::size_t open_calls() const { return pending_.size(); }

  // From now on every new call is answered UNAVAILABLE / STOPPING.
  void refuse_new_calls() { stopping_ = true; }

 private:
  struct Pending {
    std::shared_ptr<ReplySink> sink;
    std::uint64_t client_id = 0;
  };

  void on(Instant now, const std::shared_ptr<CallBatch>& batch, std::vector<FrontOutput>& out);
  void on(Instant now, const std::shared_ptr<LinkNews>& news, std::vector<FrontOutput>& out);
  void on(Instant now, const SinkGone& gone, std::vector<FrontOutput>& out);
  void on(Instant now, const CallGone& gone, std::vector<FrontOutput>& out);
  template <class ForTheMachine>
  void on(Instant now, const ForTheMachine& input, std::vector<FrontOutput>& out) {
    pass(now, input, out);
  }
  void drop(Instant now, std::uint64_t id, std::vector<FrontOutput>& out);
  void note_state(Instant now, const LinkNews& news, const LinkNews::State& state, std::vector<FrontOutput>& out);
  void note_answer(Instant now, LinkNews::Answer& answer, std::vector<FrontOutput>& out);
  void pass(Instant now, const GatewayInput& input, std::vector<FrontOutput>& out);
  void hand_on(GatewayOutput& output, std::vector<FrontOutput>& out);

  // The stream of a city that counts, and what its node last said.
  struct Stream {
    std::uint64_t number = 0;
    bool up = false;
    bool serving = false;
  };

  using Way = std::pair<CityIndex, CityIndex>;  // from, to

  Gateway gateway_;
  WanLinks wan_;
  bool stopping_ = false;
  std::uint64_t calls_ = 0;
  std::unordered_map<std::uint64_t, Pending> pending_;  // by CallId; only looked up
  std::vector<Stream> streams_;                         // one per city
  DelayLine<Way, GatewayInput> returns_;
  std::vector<GatewayOutput> scratch_;
};

static_assert(Machine<GatewayFront, FrontInput, FrontOutput>);

}  // namespace bsn
