// A city node: the machine that hosts chain peers in one city and hands each input to the one it is for.
//
// While its city is `building` it hosts nothing and answers every call UNAVAILABLE "under construction".
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

using CityNodeInput = std::variant<CallArrived, CallCancelled, PeerEnvelope>;

// A chain peer's output with its address.
struct CityNodeOutput {
  ChainIndex chain;  // meaningless for an Answer that no chain peer gave
  ChainPeerOutput what;
};

class CityNode {
 public:
  // `durable` holds what each hosted chain peer had on disk; a chain without an entry starts at genesis. Every chain of
  // the spec names this city as validator or follower. `make` gives the validators their engines, `genesis` each peer
  // its ledger.
  CityNode(NodeSpec spec, std::map<ChainIndex, DurableState> durable, Instant now, const MakeEngine& make = make_engine,
           const MakeLedger& genesis = make_ledger);
  ~CityNode();
  CityNode(CityNode&&) noexcept;
  CityNode& operator=(CityNode&&) noexcept;

  void step(Instant now, const CityNodeInput& input, std::vector<CityNodeOutput>& out);
  void advance_to(Instant now, std::vector<CityNodeOutput>& out);
  std::optional<Instant> next_wakeup() const;

  CityState state() const;
  const NodeSpec& spec() const;  // without the genesis accounts

  // Status of one hosted chain; nullopt when it is not hosted here.
  std::optional<ChainPeerStatus> status(ChainIndex chain) const;

  // The receipt of a transaction that this peer has executed, as the reply its caller got. `chain` by name. A Reply
  // with NOT_FOUND when it is not known (yet).
  Reply find_transaction(const ChainName& chain, const Digest& transaction) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

static_assert(Machine<CityNode, CityNodeInput, CityNodeOutput>);

}  // namespace bsn
