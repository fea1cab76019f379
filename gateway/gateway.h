// The gateway machine: admits calls and routes them. One step of a call after the other:
//
//   key -> project -> grant -> rate and quota -> shape of the call -> route, its contracts and its capacity
//   -> a peer, by the rule of the project or the route (peer_choice.h) -> forward
//   -> (retry or hedge within one budget, only when safe) -> reply with the split of its time
//
// Cheap checks come first; an unknown, a wrong and a revoked key get the same answer (safety.md, rule 5).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/call.h"
#include "core/gateway_spec.h"
#include "core/machine.h"
#include "gateway/route_candidate.h"

namespace bsn {

// ---- inputs ----

// A client's call. Answered exactly once, by a GatewayAnswer with the same id.
struct ClientCall {
  CallId id;               // chosen by the driver; never reused
  std::string access_key;  // as the client sent it; hashed at once
  std::string origin;      // city whose gateway admits the call; empty: the gateway's home
  Call call;               // `project` is ignored and set from the key
  Instant received;        // when the process got it: what gateway_queue counts from
  Instant deadline;
};

// The client of an open call is gone: the call is dropped without an answer. Nothing happens when it is not open.
struct ClientGone {
  CallId id;
};

// One attempt at one city node, as the gateway numbers it: never used twice.
using AttemptId = StrongNumber<struct AttemptTag, std::uint64_t>;

// A city node's answer to an attempt. `node_received` is when the node got it, on the gateway's clock where both share
// one, else nullopt.
struct NodeReply {
  AttemptId attempt;
  Reply reply;
  std::optional<Instant> node_received;
};

// The stream to a city node opened (its node says whether it serves) or broke (open attempts on it are lost).
struct NodeLink {
  CityIndex city;
  bool up = false;
  bool serving = false;
};

// What the gateway knows of the network has changed: states of cities, routes and their peers. Precondition, unless its
// revision is not higher (then it changes nothing): check_next(spec(), *spec) of gateway_spec_check.h finds nothing
// wrong. Calls that are under way end as they began.
struct GatewayAssigned {
  std::shared_ptr<const GatewaySpec> spec;
};

using GatewayInput = std::variant<ClientCall, ClientGone, NodeReply, NodeLink, GatewayAssigned>;

// ---- outputs ----

// Send this to the city node; the driver holds it for the way from `origin` to the city first.
struct Forward {
  AttemptId attempt;
  CityIndex city;
  CityIndex origin;
  Call call;
  Instant deadline;
  CallId of;  // the client's call; a driver that can cancel at the node needs it when the client is gone
};

struct GatewayAnswer {
  CallId id;
  Reply reply;
};

using GatewayOutput = std::variant<Forward, GatewayAnswer>;

// Counters since the start; attempts = calls forwarded + retries + hedges.
struct GatewayCounters {
  std::uint64_t calls = 0;
  std::uint64_t refused = 0;  // answered without an attempt
  std::uint64_t attempts = 0;
  std::uint64_t retries = 0;
  std::uint64_t hedges = 0;
};

// Guarantees: every ClientCall is answered exactly once, at its deadline at the latest, unless ClientGone took it away.
// A call that fails authentication changes nothing but the counters. The split of every answer adds up to the time from
// `received` (or, where that lies in the future, from the step) to the answer.
// Not thread-safe, one owner. Bounds: max_calls open calls, each with its call; beyond that GATEWAY_FULL.
class Gateway {
 public:
  // Precondition: check(spec) of gateway_spec_check.h finds nothing wrong. All links are down at first.
  explicit Gateway(GatewaySpec spec);
  ~Gateway();
  Gateway(Gateway&&) noexcept;
  Gateway& operator=(Gateway&&) noexcept;

  void step(Instant now, const GatewayInput& input, std::vector<GatewayOutput>& out);
  void advance_to(Instant now, std::vector<GatewayOutput>& out);
  std::optional<Instant> next_wakeup() const;

  // The checks of a request that is no call (a lookup of a transaction, a watch of blocks): key, grant, calls per
  // second and whether the day's calls are spent; takes one call's credit. nullopt: it may pass; else the refusal.
  std::optional<Reply> admit(Instant now, const std::string& access_key, const ChainName& chain);

  // Where such a call would go now, and why there. Writes and reads go the same way (a follower hands a write on to the
  // proposers), but for hedges.
  RouteExplanation explain(Instant now, const RouteQuestion& question) const;

  // What came and went on the chain's route, and where its calls are out now. Cost: O(open calls).
  RouteUse use(ChainIndex chain) const;

  // How many calls are out at this city, or on any city of this chain: 0 once it is drained.
  std::size_t open_calls(CityIndex city) const;
  std::size_t open_calls(ChainIndex chain) const;

  bool healthy(CityIndex city, Instant now) const;
  const GatewaySpec& spec() const;
  const GatewayCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

static_assert(Machine<Gateway, GatewayInput, GatewayOutput>);

}  // namespace bsn
