// One chain of a ledger world: a ledger that seals a block whenever it is told to, without any consensus.
//
// What consensus would add is modelled by its result: with certificates a block is final at once and its validators
// sign it with their keys; by depth it is final when so many blocks stand on top, and it can be undone before.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/chain_spec.h"
#include "core/final_header.h"
#include "node/ledger.h"
#include "relay/relay_messages.h"

namespace bsn {

// How a chain becomes final to those who follow it, and the client that follows it that way.
struct ChainFinality {
  std::uint32_t signers = 4;    // with certificates: so many validators of equal weight ...
  std::uint32_t numerator = 2;  // ... of which more than this share signs
  std::uint32_t denominator = 3;
  std::uint32_t confirmations = 0;  // by depth; 0: with certificates
  bool seal_names_voters = false;   // with certificates: who signs next stands in the seals, as in Raft's
};

// What another chain's genesis says to follow this one.
ClientSpec client_of(const ChainName& chain, const ChainFinality& finality, std::uint64_t chain_seed);

class LedgerChain {
 public:
  LedgerChain(const ChainSpec& spec, const ChainFinality& finality, std::uint64_t chain_seed);

  const ChainName& name() const { return name_; }
  Ledger& ledger() { return ledger_; }

  // Queues a call for the next block; returns the transaction's id.
  Digest submit(Call call);
  std::size_t waiting() const { return waiting_.size(); }

  // Seals everything that waits into the next block.
  BlockPtr seal(Instant time);

  // Undoes the newest blocks, as a reorganisation does; they must not be final.
  void undo(Height keep);

  // Height of the newest final block; 0: none. It stays when blocks above it are undone.
  Height final_height() const { return ledger_.final_height(); }
  // A block of those kept: the newest, and as many as confirmations ask for.
  const BlockPtr& block(Height at) const { return recent_[at - recent_.front()->header.height]; }

  // The newest final header with its evidence, and facts about the state after it. Nothing before there is one.
  GotFacts facts(const WantFacts& want);
  // The same header as `facts` gives, for blocks that anybody makes up: signs or mines whatever it is given.
  FinalHeader prove(const BlockHeader& header, const std::vector<BlockHeader>& children) const;

  const StateTree& final_state() const { return states_.empty() ? ledger_.state() : states_.front(); }

  // Reads a key of the newest state.
  std::optional<std::string> read(const std::string& key) const;

 private:
  ChainName name_;
  ChainFinality finality_;
  std::uint64_t chain_seed_;
  Ledger ledger_;
  std::vector<SigningKey> keys_;
  std::vector<TransactionPtr> waiting_;
  std::deque<BlockPtr> recent_;
  std::deque<StateTree> states_;       // after each of recent_; by depth only
  std::optional<FinalHeader> proved_;  // what was asked for last: a validator signs each header once
};

}  // namespace bsn
