// The contract of every consensus engine: the part of a chain peer that orders.
//
// An engine is a machine (core/machine.h). It agrees with the engines of the other validators on one sequence of
// proposals and hands each out once, in order of height, as Decide. It neither executes nor stores: it says what to
// persist and what to send, and its chain peer executes what was decided and tells it the hash of the sealed block.
//
// A family whose chain grows as a tree (dpos, slot, pow; grows_a_tree()) never decides. It says which branch is the
// best one (Reorganise) and up to where that can't change any more (Finalise). Its engines run in followers too, as
// observers that neither produce nor vote, and talk by gossip (node/gossip.h); node/block_tree.h keeps their blocks.
// For them read below "finalise" for "decide": heights are finalised in order, and what is finalised is never undone.
//
// Peers of a chain are numbered: its validators 0 ... m-1, then its followers m, m+1 ... in the spec's order. Where a
// ValidatorIndex says who sent or shall get a message of a tree family, it may be such a follower's number.
//
// A seat of a Raft or BFT chain may be no voter: not yet, or not any more. Who votes stands in the log or the blocks;
// who shall vote the engine is told (set_voters), and its leader, or a proposer, takes the steps that lead there.
//
// Guaranteed by every family, f being its fault bound for m validators:
//   agreement   no two correct engines decide different proposals at one height, while at most f are faulty;
//   order       heights are decided 1, 2, 3 ... without a gap, across restarts too;
//   durability  whatever a message or a Decide relies on was persisted by an earlier output;
//   liveness    with more than m - f (Raft: a majority) validators up and messages arriving, every offered batch is
//               decided after a bounded number of time-outs.
// Faulty means crashed for Raft (f = (m-1)/2) and arbitrary for BFT (f = (m-1)/3); tree families say it in their
// header.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
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
  SharedConsensus message;
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
//
// Tree families: given for the new tip in answer to Reorganise, before any other input, and after that only for a block
// that was fetched from others who had finalised it (`fetched`): it is final here too. If the best chain of the engine
// holds it, that stays the best chain; else this block is the ledger's tip now, and of the tree only its descendants
// are left.
struct BlockSealed {
  Height height = 0;
  Digest hash;
  Instant time;
  ValidatorIndex proposer{};  // of the block's header: a primary that stays is derived from it (genesis: 0)
  ProposalPtr proposal{};     // tree families: what became this block; null at genesis. BFT: the same where it is known
  bool fetched = false;       // tree families: see above
  std::string seal{};         // BFT: the header's, which names the voters of the next height (node/bft_voters.h)
};

using EngineInput = std::variant<MessageArrived, WorkWaiting, BatchOffered, BlockSealed>;

// To one validator, or to all other validators when `to` is empty. Never to itself. Engines of tree families always
// name the receiver: gossip goes to the neighbours (EngineConfig::peers).
struct SendConsensus {
  std::optional<ValidatorIndex> to;
  SharedConsensus message;
};

// Make this durable before anything that follows it in the outputs.
struct PersistConsensus {
  DurableWrite write;
};

// Cut a batch within the chain's block limits and offer it at once. `for_height` is the block it will be in. Tree
// families: what is offered is what waits behind the best chain, so ask when extending that. What was offered before
// and is in no block of the best chain waits again. `blocks`: as much as fits into so many blocks, for a family that
// announces what later blocks will hold.
struct WantBatch {
  Height for_height = 0;
  std::uint32_t blocks = 1;
};

// This proposal is decided, for ever. Answered by BlockSealed before any other input.
struct Decide {
  ProposalPtr proposal;
};

// Tree families: the best chain is now what it was up to height `keep`, then these proposals, of heights keep+1, keep+2
// ... An extension keeps the whole chain and adopts one. Keeps at least what was finalised, adopts at least one.
// Answered by BlockSealed of the new tip before any other input. An own block must have been adopted, hence stored, or
// be told by the TreeVoteState, before it is sent: a producer never makes two blocks for one slot, restarts included.
struct Reorganise {
  Height keep = 0;
  std::vector<ProposalPtr> adopt;
};

// Tree families: blocks of the best chain up to here are never undone. Grows; never above the best tip.
struct Finalise {
  Height height = 0;
};

// Others are ahead: fetch blocks up to at least `height` from this validator (tree families: final blocks, from this
// peer or others; each comes as a BlockSealed that says `fetched`).
struct FetchBlocks {
  ValidatorIndex from;
  Height height = 0;
};

// Who proposes now, as far as this engine knows. Emitted on change: for forwarding, reports and fault targets.
struct LeaderIs {
  std::optional<ValidatorIndex> leader;
  std::uint64_t term = 0;  // term, view or round
};

using EngineOutput =
    std::variant<SendConsensus, PersistConsensus, WantBatch, Decide, FetchBlocks, LeaderIs, Reorganise, Finalise>;

// What the engines of one chain that live in one process have in common: results that follow from values which are
// equal for all of them, worked out once. An engine does the same with it as without. A family puts its own into it.
// The engines that share one run on one thread.
struct EngineCommons {
  std::shared_ptr<void> content;  // null until the first engine of the chain is made
};

// What an engine is made from.
struct EngineConfig {
  std::optional<ValidatorIndex> self;  // nullopt: an observer of a tree family, which neither produces nor votes
  std::uint32_t validators = 1;
  BlockLimits block;
  EngineParameters parameters;
  Random random{0};  // its own stream

  // Raft and BFT: who voted at genesis, ascending, and who shall vote now; empty: all.
  std::vector<ValidatorIndex> founders{};
  std::vector<ValidatorIndex> voters{};

  // Tree families only.
  SharedList<std::uint64_t> stake{};    // one per validator, each at least 1; hash power for pow
  std::vector<ValidatorIndex> peers{};  // its neighbours in the gossip graph, ascending: whom to send to
  std::uint64_t chain_seed = 0;  // the same for every peer of the chain: for lotteries, schedules, modelled signatures
  std::shared_ptr<EngineCommons> commons{};  // with the chain's other engines here; null: this one is alone
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

  // Tree families: the gossip graph has changed, these are its neighbours now (EngineConfig::peers). Followers may have
  // other numbers than before; validators keep theirs.
  virtual void set_peers(const std::vector<ValidatorIndex>&) {}

  // Raft and BFT: there are so many seats now, and these, ascending, shall vote; none named: all. Whoever leads changes
  // the configuration by one seat at a time; nothing happens at once.
  virtual void set_voters(std::uint32_t /*seats*/, const std::vector<ValidatorIndex>& /*voters*/) {}

  // Raft and BFT: who votes on what comes next, as far as that is committed and known here, ascending. Other families:
  // nobody is named.
  virtual std::vector<ValidatorIndex> committed_voters() const { return {}; }

  // Whether it speaks by Reorganise and Finalise instead of Decide; as grows_a_tree(parameters) says of its family.
  virtual bool grows_a_tree() const { return false; }
};

// An engine of the family that `config.parameters` names, restored from `durable`; `tip` is where the ledger stands
// that has replayed its blocks. Raft and BFT do not look at the blocks; a tree family rebuilds its tree from them
// (BlockTree's constructor does) and from durable.final_height. Emits nothing until its first input or wake-up.
std::unique_ptr<ConsensusEngine> make_engine(const EngineConfig& config, const DurableState& durable,
                                             const BlockSealed& tip, Instant now);

// How a chain peer gets its engine; make_engine but for tests.
using MakeEngine = std::function<std::unique_ptr<ConsensusEngine>(
    const EngineConfig& config, const DurableState& durable, const BlockSealed& tip, Instant now)>;

}  // namespace bsn
