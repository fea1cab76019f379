// A chain peer: one member of one chain on one city node. Mempool + consensus engine + ledger.
//
// A validator orders and executes. Of Raft and BFT a follower (a full copy that does not vote) fetches decided blocks
// and believes a block once enough validators gave the same one: 1 where only crashes are tolerated, f + 1 where lies
// are. Each follower is pushed every block by exactly that many validators, taken in turn, and asks others for what
// does not come. Of a family whose chain grows as a tree a follower runs the engine too, as an observer, and nothing is
// pushed: blocks, votes and transactions are gossiped along a graph that all peers know (node/gossip.h). There the
// ledger follows the best branch: it undoes blocks and executes others when the engine reorganises, transactions that
// fell out wait again, and only final blocks are given to who asks for blocks. A peer that is too far behind for its
// engine fetches final blocks from min(f + 1, 3) validators that agree.
//
// A follower, or a validator that is silent (below), of a chain that is no tree fetches a snapshot when it is 256
// blocks or more behind: the ledger after one block, as f + 1 validators (Raft: one) offer it alike, checked against
// that block's state root (node/snapshot_fetch.h). It goes on from there at once, and stores the blocks below in the
// background, so that its disk always holds a prefix of the chain; until then it has no older blocks to give.
//
// Writes are answered
//   accepted   at once, after the transaction was made durable here; it survives restarts until a block has it
//   committed  when this peer has sealed the block that holds it; that block may be undone in a tree family
//   final      when that block can't be taken back any more. Raft and BFT decide before they seal, so this is the same
//              moment; a family that seals before it is final answers later
// and a write whose transaction is in a block already (for `final`: in a final one), at once with the first result.
// Reads are answered at once: `local` from the state after the last block here, `final` from that after the last final
// one, which is never taken back and never goes back on this peer; nothing is said about what other peers have by now.
//
// Questions about final facts (core/chain_facts.h) are answered when enough validators have signed (node/facts_desk.h).
//
// Who waits with another body for a key that a block uses is refused when that block is final.
//
// A validator that joins a running chain (a new disk under an old seat) may have signed what it no longer knows, so it
// is silent at first: it follows like a follower, of a tree family as an observer. Who lost its disk counts as one of
// the f faulty until it votes again.
//   BFT: it may have voted at heights up to h only if h - 1 was decided, hence at least m - 2f correct others had h - 2
//   when it did. It asks all others for their heights; of the first m - f answers two come from those, so the second
//   highest answer a is at least h - 2, and it votes from height a + 3 on. One liar can't hold it off for ever.
//   Raft: its seat stays silent; the city votes again on a new one, which the chain's operator gives it.
//   Tree families: it stays silent. A chain that tolerates no fault (m <= 3 of BFT) waits for it in vain.
//
// A Raft chain may get other voters while it runs (chain_peer_seat.cpp). A follower that gets a seat opens it, with an
// engine whose memory is empty, as soon as it has all blocks that there were; that the seat is open it stores first.
// A voter that loses its seat keeps its engine until that is committed, then it follows.
//
// A call is answered exactly once: with its result, a refusal, or DEADLINE_EXCEEDED when its deadline comes (the
// transaction stays and may be executed later). CANCELLED calls get no answer. A chain whose leader (Raft) has been
// unknown to this validator for two election time-outs refuses committed and final writes with UNAVAILABLE NO_LEADER.
//
// Bounds: MempoolLimits for transactions; as many open calls as transactions, beyond: RESOURCE_EXHAUSTED; transactions
// that wait for 30 minutes and are neither accepted nor waited for are dropped. Memory grows with the ledger (see
// there). Not for more than one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "core/call.h"
#include "core/chain_spec.h"
#include "core/durable.h"
#include "core/machine.h"
#include "core/peer_message.h"
#include "core/prefetch.h"
#include "node/block_sync.h"
#include "node/consensus_engine.h"
#include "node/facts_desk.h"
#include "node/forwarder.h"
#include "node/history_fill.h"
#include "node/ledger.h"
#include "node/mempool.h"
#include "node/open_calls.h"
#include "node/snapshot_fetch.h"
#include "node/snapshot_offers.h"

namespace bsn {

// ---- inputs ----

// A call from the gateway or a direct client. Answered exactly once, by an Answer with the same id.
struct CallArrived {
  CallId id;  // chosen by whoever drives the node; unique while the call is open
  Call call;
  Instant received;  // when the process got it: what node_queue counts from
  Instant deadline;  // answered DEADLINE_EXCEEDED then, if not earlier
};

// The caller is gone; no Answer is wanted any more.
struct CallCancelled {
  CallId id;
};

// From the same chain's peer in another city.
struct PeerMessageArrived {
  CityIndex from;
  PeerMessagePtr message;
};

using ChainPeerInput = std::variant<CallArrived, CallCancelled, PeerMessageArrived>;

// ---- outputs, in the order in which they must happen ----

struct SendToPeer {
  SendToPeer(CityIndex receiver, PeerMessagePtr shared) : to(receiver), message(std::move(shared)) {}
  SendToPeer(CityIndex receiver, PeerMessage own) : to(receiver), message(share(std::move(own))) {}
  CityIndex to;
  PeerMessagePtr message;
};

struct Persist {
  DurableWrite write;
};

// Read stored blocks [from, from + max_blocks) and send them to `to` as a Blocks message with this tip. The driver owns
// the store, so that a peer need not keep its whole chain in memory. It may send fewer, but at least one.
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
  enum class What : std::uint8_t {
    leader,
    block_sealed,
    synced,  // has every block that it knows of, after it had not
    reorganised,
    finalised,
    snapshot_taken,  // the ledger is that of a snapshot
    lied,            // a validator sent what does not verify
    joined,          // once: a peer that joined a running chain has the blocks that enough validators had
  };
  What what = What::block_sealed;
  Height height = 0;  // of the tip; finalised: of the last final block (tree families only)
  std::uint64_t term = 0;
  std::optional<CityIndex> leader;
  std::uint32_t undone = 0;         // reorganised: how many blocks fell out
  std::optional<CityIndex> liar{};  // lied: who
};

using ChainPeerOutput = std::variant<SendToPeer, Persist, SendStoredBlocks, Answer, Observed>;

// What a peer of a tree family has seen of forks since its start.
struct Reorganisations {
  std::uint64_t count = 0;       // changes to another branch
  std::uint64_t deepest = 0;     // the most blocks that one of them undid
  std::uint64_t own_undone = 0;  // blocks of its own among those undone
};

// What a status request shows.
struct ChainPeerStatus {
  Height height = 0;
  Height final_height = 0;
  Digest tip;
  Digest final_tip;  // hash of the block at final_height
  Digest state_root;
  bool validator = false;
  bool silent = false;                 // a validator that must not vote (yet)
  std::vector<ValidatorIndex> voters;  // Raft, BFT, of a validator: the seats that vote, as committed
  std::optional<CityIndex> leader;
  std::uint32_t mempool_transactions = 0;
  std::uint32_t open_calls = 0;
  bool joined = true;  // false: it joins a running chain and has not all its blocks yet
  Reorganisations reorganised;
};

// How many transactions a peer has worked on.
struct PeerWork {
  std::uint64_t verified = 0;   // came in
  std::uint64_t executed = 0;   // in a block of its own
  std::uint64_t validated = 0;  // in a block of another peer
};

class ChainPeer {
 public:
  // A peer without a running engine that is so many blocks behind fetches a snapshot (docs/decisions/0006).
  static constexpr Height snapshot_gap = 256;

  // The peer of city `self`, one of the chain's validators or followers, restored from `durable`: its blocks are
  // executed again and must verify. Emits nothing until its first input or wake-up. `seed` is the node's. `joins`: the
  // chain ran before this peer did; it fetches what it missed at once and says (Observed::joined) when it has that.
  ChainPeer(const ChainSpec& spec, CityIndex self, std::uint64_t seed, const DurableState& durable, Instant now,
            const MakeEngine& make = make_engine, const MakeLedger& genesis = make_ledger, bool joins = false);

  // The chain's followers or voters are others now (as check_next of node_spec_check.h allows): whom blocks are pushed
  // to, with whom is gossiped, and what this peer itself is, follows.
  void change_members(Instant now, const ChainSpec& next, std::vector<ChainPeerOutput>& out);

  // This peer is given up: open calls are refused, UNAVAILABLE and to be retried elsewhere; transactions that only this
  // peer may have are sent on once more; its disk is cleared. Nothing may be asked of it afterwards.
  void leave(Instant now, std::vector<ChainPeerOutput>& out);

  // A call must have passed validate().
  void step(Instant now, const ChainPeerInput& input, std::vector<ChainPeerOutput>& out);
  void advance_to(Instant now, std::vector<ChainPeerOutput>& out);
  std::optional<Instant> next_wakeup() const;  // the engine's, or the rest's

  ChainPeerStatus status() const;

  // Asks for the engine's memory (core/prefetch.h), this object's own being at hand.
  void warm_engine() const {
    constexpr std::size_t engine_bytes = 1024;  // about what one has beside its tables
    prefetch(engine_.get(), engine_bytes);
  }

  // What it has done since this was called last.
  PeerWork take_work() { return std::exchange(work_, {}); }

  // As CityNode::find_transaction.
  Reply find_transaction(const Digest& transaction) const;

  const Ledger& ledger() const { return ledger_; }

 private:
  using Outputs = std::vector<ChainPeerOutput>;

  void on(Instant now, const CallArrived& arrived, Outputs& out);
  void on(Instant now, const CallCancelled& cancelled, Outputs& out);
  void on(Instant now, const PeerMessageArrived& arrived, Outputs& out);

  Instant rest_wakeup() const;
  void count_work(const Block& block);

  // Calls (chain_peer_calls.cpp).
  void submit(Instant now, const CallArrived& arrived, Outputs& out);
  std::optional<Reply> known_result(const Transaction& transaction) const;
  Reply result_of(const Digest& transaction) const;
  bool is_open(const Digest& transaction) const;
  void submit_open(Instant now, const OpenCall& call, const TransactionPtr& transaction, Outputs& out);
  std::optional<Reply> refuse_to_wait(Instant now, const Transaction& transaction) const;
  std::optional<Reply> admit(Instant now, const TransactionPtr& transaction);
  void accept(Instant now, const TransactionPtr& transaction, Outputs& out);
  Reply read(const Call& call) const;
  void answer(Instant now, const OpenCall& call, Reply reply, Outputs& out) const;
  void answer_waiting(Instant now, const Digest& transaction, const Reply& reply, Outputs& out,
                      Level reached = Level::final_);
  void answer_executed(Instant now, const Digest& transaction, Outputs& out, Level reached = Level::final_);
  void expire_calls(Instant now, Outputs& out);

  // Facts for light clients (chain_peer_facts.cpp).
  void ask_facts(Instant now, const CallArrived& arrived, Outputs& out);
  void on_message(Instant now, CityIndex from, const SignaturesWanted& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const FinalSignature& message, Outputs& out);
  void sign_waiting(Outputs& out);
  std::optional<ValidatorIndex> signing_seat() const;

  // The engine (chain_peer_engine.cpp).
  void engine_step(Instant now, const EngineInput& input, Outputs& out);
  void drain_engine(Instant now, Outputs& out);
  // Something other than the engine may have changed: what is known of the mempool and of wake-ups does not hold.
  void rest_changed() { engine_alone_ = rest_known_ = false; }
  bool tell_waiting(Instant now);
  void handle(Instant now, const SendConsensus& output, Outputs& out);
  void handle(Instant now, PersistConsensus& output, Outputs& out);
  void handle(Instant now, const WantBatch& output, Outputs& out);
  void handle(Instant now, const Decide& output, Outputs& out);
  void handle(Instant now, const Reorganise& output, Outputs& out);
  void handle(Instant now, const Finalise& output, Outputs& out);
  void handle(Instant now, const FetchBlocks& output, Outputs& out);
  void handle(Instant now, const LeaderIs& output, Outputs& out);

  // Blocks and messages between peers (chain_peer.cpp).
  void on_consensus(Instant now, ValidatorIndex from, const PeerMessagePtr& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const TransactionsForward& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const BlocksRequest& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const Blocks& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const SnapshotRequest& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const SnapshotOffer& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const SnapshotChunkRequest& message, Outputs& out);
  void on_message(Instant now, CityIndex from, const SnapshotChunk& message, Outputs& out);
  void take_in(Instant now, CityIndex from, const TransactionPtr& transaction);
  void apply_believed(Instant now, Outputs& out);
  void settle(Instant now, const BlockPtr& block, Outputs& out);
  void remove_from_mempool(Instant now, const Transaction& transaction, Outputs& out);
  void push(const BlockPtr& block, Outputs& out) const;

  // Snapshots (chain_peer_snapshot.cpp).
  void offer(std::vector<SnapshotOffers::Offer> offers, Outputs& out);
  void consider_snapshot(Instant now, std::uint32_t vouchers, Outputs& out);
  void fetch_snapshot(Instant now, Outputs& out);
  void take_over(Instant now, Outputs& out);
  void name_liar(ValidatorIndex liar, Outputs& out) const;
  void take_history(Instant now, ValidatorIndex from, const Blocks& message, Outputs& out);
  void fill_history(Instant now, Outputs& out);
  void store(const BlockPtr& block, Outputs& out);

  // A chain that grows as a tree (chain_peer_tree.cpp).
  struct OpenBlock {  // sealed and not final
    BlockPtr block;
    ProposalPtr proposal;
    std::vector<Digest> pinned{};                           // acknowledged as accepted, to be erased when it is final
    std::vector<std::pair<TransactionPtr, bool>> rivals{};  // lost the race for a key, and whether they are pinned
  };
  void restore_open_blocks(const DurableState& durable);
  void restore_accepted(const TransactionPtr& accepted, Instant now);
  void settle_open(Instant now, const BlockPtr& block, const ProposalPtr& proposal, Outputs& out);
  void forget_waiting(Instant now, const TransactionPtr& transaction, OpenBlock& open, Outputs& out);
  void fall_out(Instant now, Height keep, Outputs& out);
  void wait_again(Instant now, const OpenBlock& undone);
  void finalise_to(Instant now, Height height, Outputs& out);
  void answer_final(Instant now, const OpenBlock& open, Outputs& out);
  bool take_fetched(Instant now, const BlockPtr& block, Outputs& out);
  OpenBlock* open_block_at(Height height);

  void forward_due(Instant now, Outputs& out);
  std::vector<CityIndex> forward_targets(bool own);
  std::vector<CityIndex> some_neighbours();
  void flush_erasures(Outputs& out);

  std::optional<ValidatorIndex> validator_of(CityIndex city) const;
  // Validators 0 ... m-1, then followers, as consensus_engine.h numbers them.
  std::optional<ValidatorIndex> peer_of(CityIndex city) const;
  CityIndex city_of(ValidatorIndex peer) const;
  EngineConfig engine_config(std::uint64_t seed) const;
  std::vector<ValidatorIndex> gossip_peers() const;
  void set_neighbours(const std::vector<ValidatorIndex>& peers);
  void note_joined(Outputs& out);
  void start_engine(Instant now, const DurableState& durable);

  // Seats that come and go (chain_peer_seat.cpp).
  bool votes_by_wish() const { return self_validator_ && is_voter(spec_, *self_validator_); }
  void take_seat(ValidatorIndex seat);
  void open_seat(Instant now, Outputs& out);
  void close_seat(Instant now);
  void give_seat_up(Instant now);
  void restart_sync(Instant now);
  CityIndex city_to_ask(ValidatorIndex validator) const;
  void end_silence(Instant now);
  bool is_member(CityIndex city) const { return peer_of(city).has_value(); }
  bool to_leader_only() const { return engine_ != nullptr && engine_->forwards_to_leader_only(); }
  bool leads() const { return engine_ && self_validator_ && leader_ == self_validator_; }
  bool can_forward() const { return !to_leader_only() || leader_.has_value(); }
  BlockSealed tip() const;
  BlockSealed tip_of(const Block& block) const;

  // First what a message to the engine touches: of very many peers little is in the processor's cache.
  CityIndex self_;
  std::optional<ValidatorIndex> self_validator_;  // its seat
  bool tree_;                                     // the chain grows as one
  bool engine_alone_ = false;                     // the present input has concerned the engine only, so far
  mutable bool rest_known_ = false;               // rest_wakeup_ holds
  mutable Instant rest_wakeup_;                   // when anything but the engine wants to be woken; max: nothing does
  std::unique_ptr<ConsensusEngine> engine_;       // nullptr: a follower of a chain that is no tree
  std::vector<EngineOutput> engine_outputs_;      // not yet handled; empty between inputs
  std::vector<Digest> erasures_;                  // accepted before a restart, and in a block
  std::vector<CityIndex> neighbours_;             // tree: whom transactions are gossiped to
  std::vector<ValidatorIndex> neighbour_peers_;   // the same as peers; empty when there are many

  ChainSpec spec_;                                             // without what only its genesis ledger needs
  std::vector<std::pair<CityIndex, ValidatorIndex>> members_;  // by city
  std::uint64_t chain_seed_;                                   // the same for every peer of the chain
  bool joining_;                                               // joined() was not said yet
  std::uint64_t seed_;                                         // the node's
  MakeEngine make_;
  bool silent_;                         // a validator that must not vote (yet)
  bool seat_waits_ = false;             // it got a seat and has not opened it yet
  std::optional<Height> removed_at_;    // the tip when it first saw its seat without a vote
  std::optional<Height> votes_behind_;  // silent: it may vote once it has the block of this height
  std::set<CityIndex> former_;          // members that are gone: what they hand on last is still taken
  Ledger ledger_;
  FactsDesk facts_;
  PeerWork work_;
  Mempool mempool_;
  OpenCalls calls_;
  Forwarder forwarder_;
  BlockSync sync_;
  SnapshotOffers offers_;
  std::optional<SnapshotFetch> fetch_;  // while it fetches one, it asks for no blocks
  bool no_snapshot_ = false;            // it was tried in vain
  std::optional<HistoryFill> history_;  // blocks below the snapshot are missing
  WorkWaiting told_;                    // what the engine knows about the mempool
  std::optional<ValidatorIndex> leader_;
  std::uint64_t term_ = 0;
  Instant leaderless_since_;
  Duration leaderless_grace_;          // how long calls are taken up without a leader
  std::uint32_t forward_turn_;         // a follower's present validator; tree: the next neighbour to pass on to
  std::vector<CityIndex> pushed_to_;   // followers that this validator pushes blocks to
  std::deque<OpenBlock> open_blocks_;  // tree: the blocks above the final height
  ProposalPtr final_proposal_;         // tree: of the last final block; null: genesis
  Reorganisations reorganised_;
  Instant started_;
  Instant next_expiry_;  // of the mempool
};

static_assert(Machine<ChainPeer, ChainPeerInput, ChainPeerOutput>);

}  // namespace bsn
