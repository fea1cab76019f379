// A small network in memory of city nodes with their disks: virtual time, messages with a delay, crashes and restarts.
//
// For tests of city nodes and chain peers as wholes. Outputs happen one after the other, so that a crash can fall
// between any two of them. Answers are kept per call; the judge (violations()) watches that every call is answered at
// most once, that no two peers store (tree families: finalise) different blocks at one height, and that an answer at
// level final comes from a final block. Deterministic. Not for more than one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "node/city_node.h"

namespace bsn {

class CityNetwork {
 public:
  // May change a message on its way or swallow it: how tests make a city lie.
  using Tamper = std::function<std::optional<PeerMessage>(CityIndex from, CityIndex to, const PeerMessage& message)>;

  // A city node per city of `cities`; each hosts what `chains` place there.
  CityNetwork(std::vector<CitySpec> cities, std::vector<ChainSpec> chains, MakeEngine make);

  void tamper(Tamper tamper) { tamper_ = std::move(tamper); }
  // Every message takes up to `jitter` longer, so that messages overtake each other, and is lost with probability
  // `loss`.
  void weather(Duration jitter, double loss, std::uint64_t seed);

  // ---- what happens ----

  // A call at this city, now; due within `within`.
  CallId call(std::uint32_t city, const Call& call, Duration within = seconds(30));
  void cancel(std::uint32_t city, CallId id);
  void advance(Duration span);
  // Advances until the call is answered, at most `within`. Whether it is.
  bool await(CallId id, Duration within = seconds(60));

  // The node is gone with everything but its disk; its open calls stay unanswered.
  void crash(std::uint32_t city);
  // The same, after this many of its next outputs have happened.
  void crash_after(std::uint32_t city, std::uint32_t outputs) { nodes_[city].outputs_left = outputs; }
  // Back with its disk; a node that is up stays so, and a crash that was to come does not.
  void restart(std::uint32_t city);
  // From now on the chains are these; nodes that are up hear of it at once. `joiners` had no peer of chain `joined`
  // before (or lost its disk).
  void reassign(std::vector<ChainSpec> chains, std::set<std::uint32_t> joiners = {}, ChainIndex joined = {});
  void lose_disk(std::uint32_t city) { nodes_[city].disk.clear(); }
  // Hands over a message as if `from` had sent it, now.
  void inject(std::uint32_t from, std::uint32_t to, ChainIndex chain, const PeerMessage& message);

  // ---- what can be seen ----

  Instant now() const { return now_; }
  bool up(std::uint32_t city) const { return nodes_[city].machine != nullptr; }
  const CityNode& node(std::uint32_t city) const { return *nodes_[city].machine; }
  const std::vector<BlockPtr>& blocks(std::uint32_t city, ChainIndex chain = {}) { return disk(city, chain).blocks; }
  DurableState& disk(std::uint32_t city, ChainIndex chain = {}) { return nodes_[city].disk[chain]; }
  // The answer to a call; nullptr: none (yet).
  const Reply* answer(CallId id) const;
  std::uint64_t messages(std::uint32_t from) const { return nodes_[from].sent; }
  // Blocks of a tree family that fell out of this city's chain, every time that they did.
  const std::vector<BlockPtr>& undone(std::uint32_t city) const { return nodes_[city].undone; }
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Node {
    std::unique_ptr<CityNode> machine;  // nullptr: crashed
    std::map<ChainIndex, DurableState> disk;
    std::optional<std::uint32_t> outputs_left;
    std::uint64_t sent = 0;
    std::vector<BlockPtr> undone;
  };
  struct Flight {
    std::uint32_t to = 0;
    PeerEnvelope envelope;
  };

  void happen(std::uint32_t city, const std::vector<CityNodeOutput>& outputs);
  void happen(std::uint32_t city, ChainIndex chain, const SendToPeer& output);
  void happen(std::uint32_t city, ChainIndex chain, const Persist& output);
  void happen(std::uint32_t city, ChainIndex chain, const SendStoredBlocks& output);
  void happen(std::uint32_t city, ChainIndex chain, const Answer& output);
  void happen(std::uint32_t city, ChainIndex chain, const Observed& output);
  void judge_stored(ChainIndex chain, const Block& block);
  void step(std::uint32_t city, const CityNodeInput& input);
  void fly(std::uint32_t from, std::uint32_t to, ChainIndex chain, const PeerMessage& message);
  std::optional<std::pair<Instant, std::uint32_t>> next_timer() const;
  NodeSpec spec_of(std::uint32_t city) const;

  std::vector<CitySpec> cities_;
  std::vector<ChainSpec> chains_;
  std::uint64_t revision_ = 0;
  std::map<std::uint32_t, std::set<ChainIndex>> joins_;  // by city
  MakeEngine make_;
  Tamper tamper_;
  Duration jitter_;
  double loss_ = 0;
  Random random_{1};
  Instant now_;
  std::vector<Node> nodes_;
  std::map<std::pair<Instant, std::uint64_t>, Flight> flights_;
  std::uint64_t sequence_ = 0;
  std::uint64_t next_call_ = 0;
  std::map<CallId, Reply> answers_;
  std::set<CallId> cancelled_;
  std::set<CallId> final_;  // writes that wait for finality
  std::map<std::pair<ChainIndex, Height>, Digest> stored_;
  std::vector<std::string> violations_;
};

// A chain with `validators` in the first cities and `followers` in the next, 20 genesis accounts of 1000.
ChainSpec test_chain(std::uint32_t validators, std::uint32_t followers, const EngineParameters& engine,
                     const std::string& name = "a");
std::vector<CitySpec> test_cities(std::uint32_t count);

Call test_submit(const std::string& key, const std::string& contract, const std::string& function, Arguments args,
                 Level level = Level::final_);
Call test_query(const std::string& contract, const std::string& function, Arguments args, Level level = Level::local);

}  // namespace bsn
