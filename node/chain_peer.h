// A chain peer: one member of one chain on one city node. Mempool + consensus engine + ledger.
//
// A validator orders and executes; a follower (a full copy that does not vote) fetches decided blocks and believes a
// block once enough validators gave the same one: 1 where only crashes are tolerated, f + 1 where lies are.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/call.h"
#include "core/chain_spec.h"
#include "core/durable.h"
#include "core/machine.h"
#include "core/peer_message.h"
#include "core/random.h"

namespace bsn {

// ---- inputs ----

// A call from the gateway or a direct client. Answered exactly once, by an Answer with the same id.
struct CallArrived {
  CallId id;              // chosen by whoever drives the node; unique while the call is open
  Call call;
  Instant received;       // when the process got it: what node_queue counts from
  Instant deadline;       // answered DEADLINE_EXCEEDED then, if not earlier
};

// The caller is gone; no Answer is wanted any more.
struct CallCancelled {
  CallId id;
};

// From the same chain's peer in another city.
struct PeerMessageArrived {
  CityIndex from;
  PeerMessage message;
};

using ChainPeerInput = std::variant<CallArrived, CallCancelled, PeerMessageArrived>;

// ---- outputs, in the order in which they must happen ----

struct SendToPeer {
  CityIndex to;
  PeerMessage message;
};

struct Persist {
  DurableWrite write;
};

// Read stored blocks [from, from + max_blocks) and send them to `to` as a Blocks message with this tip. The driver owns
// the store, so that a peer need not keep its whole chain in memory.
struct SendStoredBlocks {
  CityIndex to;
  Height from = 0;
  std::uint32_t max_blocks = 0;
  Height tip = 0;
};

struct Answer {
  CallId id;
  Reply reply;
};

// Something an observer may want to know; has no effect.
struct Observed {
  enum class What : std::uint8_t { leader, block_sealed, synced };
  What what = What::block_sealed;
  Height height = 0;
  std::uint64_t term = 0;
  std::optional<CityIndex> leader;
};

using ChainPeerOutput = std::variant<SendToPeer, Persist, SendStoredBlocks, Answer, Observed>;

// What a status request shows.
struct ChainPeerStatus {
  Height height = 0;
  Digest tip;
  Digest state_root;
  bool validator = false;
  std::optional<CityIndex> leader;
  std::uint32_t mempool_transactions = 0;
  std::uint32_t open_calls = 0;
};

}  // namespace bsn
