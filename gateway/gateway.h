// The gateway machine: admits calls and routes them. One step of a call after the other:
//
//   key (or who signed, and whether just now and for the first time) -> project -> grant -> overload -> rate and quota
//   -> shape of the call -> route, its contracts and its capacity
//   -> a peer, by the rule of the project or the route (peer_choice.h) -> forward
//   -> (retry or hedge within one budget, only when safe; compare, read_comparison.h) -> reply with the split of its
//   time
//
// Cheap checks come first; an unknown, a wrong and a revoked key get the same answer (safety.md, rule 5).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/account.h"
#include "core/call.h"
#include "core/gateway_pace.h"
#include "core/gateway_spec.h"
#include "core/machine.h"
#include "core/quota.h"
#include "core/signature.h"
#include "core/trace_context.h"
#include "gateway/call_meter.h"
#include "gateway/nonce_store.h"
#include "gateway/route_candidate.h"

namespace bsn {

// ---- inputs ----

// Who signed a request: the signature over it (core/canonical_request.h) was found good. What is still to be judged is
// whether the key is known, and whether the request comes in time and for the first time.
// Keys of the other kinds sign in BSN's permissioned shape, which has neither time nor nonce: there a write that comes
// again has the same idempotency key, for that follows from its signature (edge/permissioned/mac.h).
struct SignedBy {
  PublicKey key;
  std::string nonce;
  std::int64_t timestamp_ns = 0;  // UNIX time
  KeyKind kind = KeyKind::ed25519;
};

// How a caller shows who it is: one of both.
struct Credentials {
  std::string access_key;  // as the client sent it; hashed at once
  std::shared_ptr<const SignedBy> signature{};
};

// A client's call. Answered exactly once, by a GatewayAnswer with the same id.
struct ClientCall {
  CallId id;               // chosen by the driver; never reused
  std::string access_key;  // as the client sent it; hashed at once
  std::string origin;      // city whose gateway admits the call; empty: the gateway's home
  Call call;               // `project` is ignored and set from the key
  Instant received;        // when the process got it: what gateway_queue counts from
  Instant deadline;
  std::shared_ptr<const SignedBy> signature{};  // instead of an access key
  TraceContext trace{};
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

// Something came over the stream to this city node that is no answer to an open attempt: a sign of life.
struct NodeAlive {
  CityIndex city;
};

// What the gateway knows of the network has changed: states of cities, routes and their peers. Precondition, unless its
// revision is not higher (then it changes nothing): check_next(spec(), *spec) of gateway_spec_check.h finds nothing
// wrong. Calls that are under way end as they began.
struct GatewayAssigned {
  std::shared_ptr<const GatewaySpec> spec;
};

// Who may call has changed. Precondition, unless its revision is lower than that of the present ones (then it changes
// nothing): check_next() of core/account.h finds nothing wrong.
struct AccountsAssigned {
  std::shared_ptr<const Accounts> accounts;
};

// This gateway has served before, in an earlier process: token buckets begin empty, these nonces are used, and what was
// signed up to `refuse_until_ns` (UNIX time; 0: none) is refused, for its nonces have not been kept.
struct Resumed {
  std::vector<UsedNonce> nonces;
  std::int64_t refuse_until_ns = 0;
};

// A share of a project's calls of the day (QuotaGrant) comes from the quota holder.
using GatewayInput = std::variant<ClientCall, ClientGone, NodeReply, NodeLink, NodeAlive, GatewayAssigned,
                                  AccountsAssigned, Resumed, QuotaGrant>;

// ---- outputs ----

// Send this to the city node; the driver holds it for the way from `origin` to the city first.
struct Forward {
  AttemptId attempt;
  CityIndex city;
  CityIndex origin;
  Call call;
  Instant deadline;
  CallId of;             // the client's call
  TraceContext trace{};  // the caller's, with this attempt's own span
};

// Nobody waits for this attempt any more, for the client is gone: a driver that can tell the node so does. It follows
// its attempt on the same way.
struct CancelAttempt {
  AttemptId attempt;
  CityIndex city;
  CityIndex origin;
};

struct GatewayAnswer {
  CallId id;
  Reply reply;
};

// A signed call was admitted: its nonce must survive the process before anything of the call leaves.
struct NonceUsed {
  UsedNonce nonce;
};

// Ask this city node for a sign of life: NodeAlive, or anything else from it.
struct Probe {
  CityIndex city;
};

// QuotaAsk: for the quota holder, whose answer is a QuotaGrant. Without one no call of a project with a quota passes.
using GatewayOutput = std::variant<Forward, GatewayAnswer, NonceUsed, QuotaAsk, Probe, CancelAttempt>;

// Counters since the start; attempts = calls forwarded + retries + hedges + compares.
struct GatewayCounters {
  std::uint64_t calls = 0;
  std::uint64_t refused = 0;  // answered without an attempt
  std::uint64_t shed = 0;     // of these, for overload (gateway/overload_guard.h)
  std::uint64_t attempts = 0;
  std::uint64_t retries = 0;
  std::uint64_t hedges = 0;
  std::uint64_t compares = 0;  // further peers of a read that is compared, and peers of it that were asked again
  std::uint64_t unequal = 0;   // such reads whose answers differed
};

// Guarantees: every ClientCall is answered exactly once, at its deadline at the latest, unless ClientGone took it away.
// A call that fails authentication changes nothing but the counters. The split of every answer adds up to the time from
// `received` (or, where that lies in the future, from the step) to the answer.
// Not thread-safe, one owner. Bounds: max_calls open calls, each with its call; beyond that GATEWAY_FULL.
class Gateway {
 public:
  // Precondition: check(spec) of gateway_spec_check.h finds nothing wrong. All links are down at first; those may call
  // whom the spec's projects name. `zero_unix_ns`: UNIX time at Instant 0.
  explicit Gateway(GatewaySpec spec, std::int64_t zero_unix_ns = 0);
  ~Gateway();
  Gateway(Gateway&&) noexcept;
  Gateway& operator=(Gateway&&) noexcept;

  void step(Instant now, const GatewayInput& input, std::vector<GatewayOutput>& out);
  void advance_to(Instant now, std::vector<GatewayOutput>& out);
  std::optional<Instant> next_wakeup() const;

  // The checks of a request that is no call (a lookup of a transaction, a watch of blocks): key, grant, calls per
  // second and whether the day's calls are spent; takes one call's credit. nullopt: it may pass; else the refusal.
  // What becomes of the request is not to be forgotten: `out` gets what is to be done first.
  std::optional<Reply> admit(Instant now, const Credentials& who, const ChainName& chain,
                             std::vector<GatewayOutput>& out);

  // The gateway stops: shares of the day that it gives back to the holder. It admits no call of those projects then.
  std::vector<QuotaReturn> take_back_shares();

  // Where such a call would go now, and why there. Writes and reads go the same way (a follower hands a write on to the
  // proposers), but for hedges and reads that are compared.
  RouteExplanation explain(Instant now, const RouteQuestion& question) const;

  // What came and went on the chain's route, and where its calls are out now. Cost: O(open calls).
  RouteUse use(ChainIndex chain) const;

  // How many calls are out at this city, or on any city of this chain: 0 once it is drained.
  std::size_t open_calls(CityIndex city) const;
  std::size_t open_calls(ChainIndex chain) const;

  // Where the call came in that waits for this attempt's answer; nullopt: nobody does.
  std::optional<CityIndex> origin_of(AttemptId attempt) const;

  bool healthy(CityIndex city, Instant now) const;
  // "healthy", or why no call goes there, as NodeHealth::why_not says it, or because the city has its fill of calls.
  std::string condition(CityIndex city, Instant now) const;
  const GatewaySpec& spec() const;
  const Accounts& accounts() const;
  const GatewayCounters& counters() const;
  const CallMeter& meter() const;
  Pressure pressure(Instant now) const;
  GatewayPace pace(Instant now) const;  // a look at every route and city: not for every call

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

static_assert(Machine<Gateway, GatewayInput, GatewayOutput>);

}  // namespace bsn
