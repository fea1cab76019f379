// The contract of every consensus engine: the part of a chain peer that orders.
//
// An engine is a machine (core/machine.h). It agrees with the engines of the other validators on one sequence of
// proposals and hands each out once, in order of height, as Decide. It neither executes nor stores: it says what to
// persist and what to send, and its chain peer executes what was decided and tells it the hash of the sealed block.
//
// Guaranteed by every family, f being its fault bound for m validators:
//   agreement   no two correct engines decide different proposals at one height, while at most f are faulty;
//   order       heights are decided 1, 2, 3 ... without a gap, across restarts too;
//   durability  whatever a message or a Decide relies on was persisted by an earlier output;
//   liveness    with more than m - f (Raft: a majority) validators up and messages arriving, every offered batch is
//               decided after a bounded number of time-outs.
// Faulty means crashed for Raft (f = (m-1)/2) and arbitrary for BFT (f = (m-1)/3).
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/chain_spec.h"
#include "core/durable.h"
#include "core/machine.h"
#include "core/peer_message.h"
#include "core/random.h"

namespace bsn {

// A message from another validator. The link has established that it really is from there.
struct MessageArrived {
  ValidatorIndex from;
  ConsensusMessage message;
};

// The mempool's content changed: it now holds this much that is not yet in a proposal of this engine.
struct WorkWaiting {
  std::uint32_t transactions = 0;
  std::uint64_t bytes = 0;
};

// The answer to WantBatch: what the mempool gave, possibly nothing. Always given before any other input.
struct BatchOffered {
  std::vector<TransactionPtr> transactions;
};

// The ledger sealed the block at this height, decided here or fetched from others. Heights only grow; an engine that
// is behind moves on to height + 1.
struct BlockSealed {
  Height height = 0;
  Digest hash;
  Instant time;
  ValidatorIndex proposer{};  // of the block's header: a primary that stays is derived from it (genesis: 0)
};

using EngineInput = std::variant<MessageArrived, WorkWaiting, BatchOffered, BlockSealed>;

// To one validator, or to all others when `to` is empty. Never to itself.
struct SendConsensus {
  std::optional<ValidatorIndex> to;
  ConsensusMessage message;
};

// Make this durable before anything that follows it in the outputs.
struct PersistConsensus {
  DurableWrite write;
};

// Cut a batch within the chain's block limits and offer it at once. `for_height` is the block it will be in.
struct WantBatch {
  Height for_height = 0;
};

// This proposal is decided, for ever. Answered by BlockSealed before any other input.
struct Decide {
  ProposalPtr proposal;
};

// Others are ahead: fetch blocks up to at least `height` from this validator.
struct FetchBlocks {
  ValidatorIndex from;
  Height height = 0;
};

// Who proposes now, as far as this engine knows. Emitted on change: for forwarding, reports and fault targets.
struct LeaderIs {
  std::optional<ValidatorIndex> leader;
  std::uint64_t term = 0;  // term, view or round
};

using EngineOutput = std::variant<SendConsensus, PersistConsensus, WantBatch, Decide, FetchBlocks, LeaderIs>;

// What an engine is made from.
struct EngineConfig {
  ValidatorIndex self;
  std::uint32_t validators = 1;
  BlockLimits block;
  EngineParameters parameters;
  Random random{0};  // its own stream
};

class ConsensusEngine {
 public:
  virtual ~ConsensusEngine() = default;

  virtual void step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) = 0;
  virtual void advance_to(Instant now, std::vector<EngineOutput>& out) = 0;
  virtual std::optional<Instant> next_wakeup() const = 0;

  // How many faulty validators this family tolerates among m.
  virtual std::uint32_t fault_bound() const = 0;

  // Whether transactions go to the leader alone (Raft) or to every validator (rotating proposers).
  virtual bool forwards_to_leader_only() const = 0;
};

// An engine of the family that `config.parameters` names, restored from `durable` (blocks excluded: the ledger has
// replayed them and `tip` is where it stands). Emits nothing until its first input or wake-up.
std::unique_ptr<ConsensusEngine> make_engine(const EngineConfig& config, const DurableState& durable,
                                             const BlockSealed& tip, Instant now);

}  // namespace bsn
