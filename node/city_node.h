// A city node: the machine that hosts chain peers in one city and hands each input to the one it is for.
//
// While its city is `building` it hosts nothing and answers every call UNAVAILABLE "under construction"; while it is
// `syncing` its peers fetch what they missed, and calls are still refused; once it has `left` it hosts nothing again.
//
// What it hosts can change while it runs: it is handed a NodeSpec with a higher revision. Chains that are new get a
// peer with an empty disk, chains that are gone lose theirs with all that is stored, peers of chains that stay are told
// of their new followers and voters. An older or equal revision changes nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/chain_spec.h"
#include "core/machine.h"
#include "node/chain_peer.h"

namespace bsn {

// Another assignment. Precondition, unless its revision is not higher: check_next(spec(), *spec) of node_spec_check.h
// finds nothing wrong.
struct NodeAssigned {
  std::shared_ptr<const NodeSpec> spec;
};

using CityNodeInput = std::variant<CallArrived, CallCancelled, PeerEnvelope, NodeAssigned>;

// A chain peer's output with its address.
struct CityNodeOutput {
  ChainIndex chain;  // meaningless for an Answer that no chain peer gave
  ChainPeerOutput what;
};

class CityNode {
 public:
  // `durable` holds what each hosted chain peer had on disk; a chain without an entry starts at genesis. Every chain of
  // the spec names this city as validator or follower. `make` gives the validators their engines, `genesis` each peer
  // its ledger; both are kept for peers to come.
  CityNode(NodeSpec spec, std::map<ChainIndex, DurableState> durable, Instant now, const MakeEngine& make = make_engine,
           const MakeLedger& genesis = make_ledger);
  ~CityNode();
  CityNode(CityNode&&) noexcept;
  CityNode& operator=(CityNode&&) noexcept;

  void step(Instant now, const CityNodeInput& input, std::vector<CityNodeOutput>& out);
  void advance_to(Instant now, std::vector<CityNodeOutput>& out);
  std::optional<Instant> next_wakeup() const;

  // Asks for the memory that a message to this chain's peer will touch (core/prefetch.h), a step further with each
  // call: 0 ... warm_steps - 1, with other work between them. For whoever drives very many nodes.
  static constexpr int warm_steps = 4;
  void warm(ChainIndex chain, int step) const;

  CityState state() const;
  const NodeSpec& spec() const;  // without the genesis accounts

  // Whether every hosted peer that joined a running chain has caught up with it.
  bool joined() const;

  // Status of one hosted chain; nullopt when it is not hosted here.
  std::optional<ChainPeerStatus> status(ChainIndex chain) const;

  // The receipt of a transaction that is in a final block here, as the reply that a caller at level final got. `chain`
  // by name. A Reply with NOT_FOUND when it is not known (yet) or its block may still be undone.
  Reply find_transaction(const ChainName& chain, const Digest& transaction) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

static_assert(Machine<CityNode, CityNodeInput, CityNodeOutput>);

}  // namespace bsn
