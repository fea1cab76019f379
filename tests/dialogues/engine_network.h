// A small network in memory of m consensus engines of one family, with the chain peers' half played by the network.
//
// For tests and scripted dialogues. The network owns virtual time, the messages in flight, and per validator what a
// chain peer would own: the durable state, the mempool and the chain of sealed blocks. It answers the engines as their
// chain peer would:
//   WantBatch         a BatchOffered of what waits, within the block limits, then WorkWaiting with the rest
//   Decide            a BlockSealed; the block's hash is the proposal's digest
//   PersistConsensus  applied to the validator's DurableState
//   FetchBlocks       one round trip later, the other's sealed (tree families: final) blocks, each as BlockSealed
//   Reorganise        (tree families) blocks undone and adopted, then a BlockSealed of the new tip; what fell out waits
//   again Finalise          (tree families) a FinalMark LeaderIs          waiting transactions go to the new leader
//   (Raft); those in a lost leader's proposals wait again
// Deterministic: equal options and equal calls give equal events. Not for more than one thread.
//
// The judge is built in: agreement, heights in order, at most one leader and one vote per term (Raft), what a
// validator signs (BftJudge); of tree families that finalised blocks agree and are never undone, and that a best chain
// is one. What it finds wrong stands in violations(); nothing aborts.
//
// Observers of a tree family are numbered behind the validators, as peers are.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "node/consensus_engine.h"
#include "tests/dialogues/bft_judge.h"

namespace bsn {

struct EngineNetworkOptions {
  std::uint32_t validators = 3;  // 1 ... 200
  std::uint32_t founders = 0;    // Raft, BFT: so many of the first validate from the start; 0: all
  std::uint64_t seed = 1;
  Duration delay = milliseconds(10);  // of every message
  Duration jitter{0};                 // up to this much more, drawn per message; messages may overtake then
  BlockLimits block;
  EngineParameters parameters = RaftParameters{};
  std::uint32_t observers = 0;         // tree families: followers behind the validators
  std::vector<std::uint64_t> stake{};  // tree families: one per validator; empty: 1 each
  MakeEngine make = make_engine;
};

class EngineNetwork {
 public:
  // Called for every noteworthy event with one line of text without a newline.
  using Listener = std::function<void(const std::string&)>;
  // May change a message on its way or swallow it (nullopt): how tests make a validator lie.
  using Tamper = std::function<std::optional<ConsensusMessage>(std::uint32_t from, std::uint32_t to,
                                                               const ConsensusMessage& message)>;

  explicit EngineNetwork(const EngineNetworkOptions& options);

  void listen(Listener listener) { listener_ = std::move(listener); }
  void show_messages(bool on) { show_messages_ = on; }
  void show_writes(bool on) { show_writes_ = on; }
  void tamper(Tamper tamper) { tamper_ = std::move(tamper); }

  // ---- what happens ----

  // Puts `count` new transactions into the mempool at `validator` and gossips them as its chain peer would.
  void offer(std::uint32_t validator, std::uint32_t count, std::uint32_t argument_bytes = 8);

  // Runs deliveries and wake-ups in order of time up to now + span.
  void advance(Duration span);

  // Delivers everything in flight and whatever that causes, without time passing. At most 100,000 deliveries.
  void deliver();

  void block(std::uint32_t from, std::uint32_t to) { blocked_.insert({from, to}); }
  void isolate(std::uint32_t validator);
  // Messages pass only within one group; a validator in no group is alone.
  void partition(const std::vector<std::vector<std::uint32_t>>& groups);
  void lose(double probability) { loss_ = probability; }
  // A message may come twice, the second time up to ten delays later: hence also out of order.
  void duplicate(double probability) { duplication_ = probability; }
  // Every link works and none loses or repeats messages. Crashed validators stay down.
  void heal();

  // The engine is gone; its durable state and its mempool stay.
  void crash(std::uint32_t validator);
  // It crashes in the middle of a step: after its next `outputs` outputs have happened.
  void crash_after(std::uint32_t validator, std::uint32_t outputs);
  void restart(std::uint32_t validator);

  // Raft and BFT: these seats, ascending, shall validate from now on; whoever leads brings it about.
  void set_voters(const std::vector<std::uint32_t>& voters);
  // Only this validator is told so.
  void tell_voters(std::uint32_t validator, const std::vector<std::uint32_t>& voters);

  // Gives `message` to `to` as if `from` had sent it, at once.
  void inject(std::uint32_t from, std::uint32_t to, const ConsensusMessage& message);

  // Hands over one input as the chain peer would, at once.
  void step(std::uint32_t validator, const EngineInput& input);

  // ---- what can be seen ----

  Instant now() const { return now_; }
  std::uint32_t validators() const { return options_.validators; }
  std::uint32_t peers() const { return static_cast<std::uint32_t>(peers_.size()); }  // with the observers
  bool up(std::uint32_t validator) const { return peers_[validator].engine != nullptr; }
  const ConsensusEngine& engine(std::uint32_t validator) const { return *peers_[validator].engine; }
  Height height(std::uint32_t validator) const { return peers_[validator].durable.blocks.size(); }
  // Tree families: up to where its chain is final; how often blocks fell out of its best chain.
  Height final_height(std::uint32_t validator) const { return peers_[validator].durable.final_height; }
  std::uint64_t reorganisations(std::uint32_t validator) const { return peers_[validator].reorganisations; }
  // As that validator's engine said last; nullopt and 0 while it is down.
  std::optional<std::uint32_t> leader(std::uint32_t validator) const;
  std::uint64_t term(std::uint32_t validator) const { return peers_[validator].leader_is.term; }
  const DurableState& durable(std::uint32_t validator) const { return peers_[validator].durable; }
  bool sealed(std::uint32_t validator, const Digest& transaction) const {
    return peers_[validator].sealed.contains(transaction);
  }
  std::size_t in_flight() const { return flights_.size(); }
  std::uint64_t messages_sent() const { return messages_sent_; }
  std::uint64_t events() const { return events_; }  // deliveries and wake-ups so far
  // Raft, BFT: who shall validate now.
  const std::vector<ValidatorIndex>& voters() const { return voters_; }
  const std::vector<Digest>& offered() const { return offered_; }
  const std::vector<std::string>& violations() const { return violations_; }

  // Heals, restarts whoever is down, offers a transaction everywhere, and runs until every peer has sealed (tree
  // families: finalised) all of those or `within` is over. Whether they did. Raft, BFT: of those that shall validate.
  bool makes_progress(Duration within);

 private:
  struct Peer {
    std::unique_ptr<ConsensusEngine> engine;  // null while crashed
    DurableState durable;
    std::vector<TransactionPtr> mempool;  // in order of arrival; at most what the test offered
    std::set<Digest> known;               // ids in the mempool or sealed
    std::map<Digest, Height> sealed;
    std::uint64_t reorganisations = 0;
    std::set<Digest> proposed;  // in a proposal of this engine, not waiting
    std::uint32_t told_waiting = 0;
    LeaderIs leader_is;
    std::uint32_t starts = 0;                   // how often an engine was made
    std::optional<std::uint32_t> outputs_left;  // until it crashes
    std::deque<EngineOutput> outputs;           // not yet happened
    bool draining = false;
  };
  struct BlocksAnswer {};
  struct TransactionGossip {
    std::vector<TransactionPtr> transactions;
  };
  struct Flight {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::variant<ConsensusMessage, BlocksAnswer, TransactionGossip> load;
  };
  using Due = std::pair<Instant, std::uint64_t>;  // then in order of sending

  void drain(std::uint32_t v);
  void wake(std::uint32_t v);
  void handle(std::uint32_t v, const SendConsensus& output);
  void handle(std::uint32_t v, const PersistConsensus& output);
  void handle(std::uint32_t v, const WantBatch& output);
  void handle(std::uint32_t v, const Decide& output);
  void handle(std::uint32_t v, const Reorganise& output);
  void handle(std::uint32_t v, const Finalise& output);
  void handle(std::uint32_t v, const FetchBlocks& output);
  void handle(std::uint32_t v, const LeaderIs& output);

  void fly(std::uint32_t from, std::uint32_t to, decltype(Flight::load) load, int trips = 1);
  void land(const Flight& flight);
  void land(const Flight& flight, const ConsensusMessage& message);
  void land(const Flight& flight, const BlocksAnswer& answer);
  void land(const Flight& flight, const TransactionGossip& gossip);

  bool shall_validate(std::uint32_t v) const;
  bool tree() const { return grows_a_tree(options_.parameters); }
  EngineConfig engine_config(std::uint32_t v) const;
  void seal(std::uint32_t v, const BlockPtr& block);
  void store(std::uint32_t v, const BlockPtr& block);
  void undo_to(std::uint32_t v, Height keep);
  void mark_final(std::uint32_t v, Height height);
  void take_final(std::uint32_t v, const BlockPtr& block);
  void spread(std::uint32_t v, const std::vector<TransactionPtr>& transactions);
  void tell_waiting(std::uint32_t v);
  bool everyone_sealed(std::size_t first_offer) const;
  BlockSealed tip(std::uint32_t v) const;
  void judge_vote(std::uint32_t v, const RaftVoteState& vote);
  void judge_decision(std::uint32_t v, const Proposal& proposal);
  bool judge_reorganise(std::uint32_t v, const Reorganise& output);
  void note(std::uint32_t v, const std::string& text);
  void violation(const std::string& text);
  std::optional<std::pair<Instant, std::uint32_t>> next_timer() const;

  EngineNetworkOptions options_;
  Random random_;
  Listener listener_;
  Tamper tamper_;
  bool show_messages_ = false;
  bool show_writes_ = false;
  Instant now_;
  std::vector<ValidatorIndex> voters_;
  std::vector<Peer> peers_;
  std::map<Due, Flight> flights_;
  std::uint64_t sequence_ = 0;
  std::uint64_t messages_sent_ = 0;
  std::uint64_t events_ = 0;
  std::set<std::pair<std::uint32_t, std::uint32_t>> blocked_;
  double loss_ = 0;
  double duplication_ = 0;
  std::vector<Digest> offered_;
  std::map<Height, Digest> decided_;  // or finalised
  std::map<std::uint64_t, std::uint32_t> leader_of_term_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> vote_of_;
  BftJudge bft_judge_;
  std::vector<std::string> violations_;
};

}  // namespace bsn
