// What a caller asks for and what it is told: the one request and reply that travel from client over gateway to city
// node and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/ids.h"
#include "core/time.h"

namespace bsn {

// The canonical status codes with the numbers of gRPC. What each says about the effect of a write is fixed by
// certainly_no_effect().
enum class Status : std::uint8_t {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

// "OK", "DEADLINE_EXCEEDED" ...: gRPC's names.
std::string_view to_string(Status status);

// The effect contract: true when a write that ended so has certainly had no effect and never will. The others are
// indeterminate: retry with the same idempotency key. Holds for replies that carry one of our reasons.
bool certainly_no_effect(Status status);

// What the caller wants to be true before it is answered.
enum class Level : std::uint8_t {
  accepted,   // write: durable in one city node's mempool, not yet in a block
  committed,  // write: in a block that the answering peer has
  final_,     // write or read: in a block that will never be taken back; durable on a quorum
  local,      // read: whatever the answering peer has now
};
std::string_view to_string(Level level);
std::optional<Level> parse_level(std::string_view name);

enum class Operation : std::uint8_t { submit, query };  // a write, a read
std::string_view to_string(Operation operation);

// One call of a contract. Limits are checked by validate().
struct Call {
  Operation operation = Operation::query;
  std::string project;   // set by the gateway from the access key
  ChainName chain;       // "fabric" / "supply-chain"
  std::string contract;  // "kv", "asset"
  std::string function;  // "put", "transfer"
  std::vector<std::string> args;
  std::string idempotency_key;  // submit only: 1 ... 64 printable ASCII characters
  Level level = Level::local;

  bool operator==(const Call&) const = default;
};

struct CallLimits {
  static constexpr std::size_t name_bytes = 64;  // network, chain, contract, function, idempotency key, project
  static constexpr std::size_t args = 16;
  static constexpr std::size_t total_bytes = 64 * 1024;  // of all arguments together
};

// What is wrong with the call's shape, or nullopt. Never looks at any state. An empty call is always wrong.
std::optional<std::string> validate(const Call& call);

// Why a call ended as it did; the machine-readable half of an error. Sent as trailer and in the reply.
enum class Reason : std::uint8_t {
  none,
  malformed,            // INVALID_ARGUMENT: see message
  unknown_key,          // UNAUTHENTICATED: missing, unknown or revoked access key
  not_granted,          // PERMISSION_DENIED: the project may not use this network
  rate_limited,         // RESOURCE_EXHAUSTED: calls per second
  quota_spent,          // RESOURCE_EXHAUSTED: calls per day
  gateway_full,         // RESOURCE_EXHAUSTED: too many calls under way in the gateway
  mempool_full,         // RESOURCE_EXHAUSTED: the chain peer's mempool is at its bound
  unknown_network,      // NOT_FOUND
  unknown_contract,     // NOT_FOUND: contract or function
  not_hosted,           // NOT_FOUND: this city node hosts no peer of that chain
  under_construction,   // UNAVAILABLE: the city node is being built
  no_healthy_peer,      // UNAVAILABLE: no candidate is healthy, or all were tried
  no_leader,            // UNAVAILABLE: the chain has no leader known to this peer
  link_lost,            // UNAVAILABLE: the stream to the city node broke under the call
  stopping,             // UNAVAILABLE: the process is shutting down
  deadline,             // DEADLINE_EXCEEDED
  key_reused,           // ALREADY_EXISTS: same idempotency key, other body
  contract_refused,     // FAILED_PRECONDITION: the contract said no (insufficient balance ...); see message
  unknown_transaction,  // NOT_FOUND: GetTransaction of an id that this peer has not seen
  draining,             // UNAVAILABLE: the chain or the city node takes no (new) calls: it is joining, leaving or gone
  stale_request,        // UNAUTHENTICATED: well signed, but too long ago or in the future: sign it anew
  replayed,             // UNAUTHENTICATED: well signed, but its nonce was used before
  overloaded,           // RESOURCE_EXHAUSTED: shed, because the gateway has more important calls than it can carry
  too_few_peers,        // UNAVAILABLE: a read that is to be compared, and fewer peers than that can be called
  peers_apart,          // ABORTED: a read that is to be compared, and the peers were never at one height
  peers_disagree,       // DATA_LOSS: a read that was compared, and peers answered unequally at one height
};
std::string_view to_string(Reason reason);

// Where the time of one call went, at the gateway. The parts add up exactly to the whole.
struct CallSplit {
  Duration gateway_queue;  // arrived at the gateway .. taken up by its machine
  Duration route;          // .. sent to the city node that answered (earlier attempts included)
  Duration wire;           // .. received by that node
  Duration node_queue;     // .. taken up by its machine
  Duration consensus;      // .. answered by the chain peer (execution, and for writes the wait for the level)
  Duration back;           // .. the answer is back in the gateway ("return" in reports)

  Duration total() const { return gateway_queue + route + wire + node_queue + consensus + back; }
  bool operator==(const CallSplit&) const = default;
};

// How a city node answers a call.
struct Reply {
  Status status = Status::ok;
  Reason reason = Reason::none;
  std::string message;      // for people; empty when ok
  std::string value;        // what the contract returned
  Digest transaction;       // submit: the transaction's id; zero when none was made
  Height height = 0;        // submit: of its block (0: not in one yet); query: of the state that was read
  std::uint32_t index = 0;  // position in that block
  Digest state_root;        // after that height
  Duration retry_after;     // advice for RESOURCE_EXHAUSTED and UNAVAILABLE; 0: none
  std::string city;         // the city node that answered; empty: none was asked
  CallSplit split;          // node fills node_queue and consensus, the gateway the rest
};

// A reply that says no. Never Status::ok.
Reply refusal(Status status, Reason reason, std::string message);

}  // namespace bsn
