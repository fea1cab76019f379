// Many chains with cross-chain calls among them, hubs and relayers, without consensus, network or gateway: what is left
// is the protocol itself, as fast as the ledgers execute it.
//
// All chains seal a block at every tick. Relayers hear final blocks at once and are answered at once; their calls stand
// in the next block. The judge looks at every final block. Deterministic.
// Not for more than one thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "node/digest_map.h"
#include "relay/relayer.h"
#include "sim/invariant_cross_chain.h"
#include "sim/ledger_world/ledger_chain.h"

namespace bsn {

struct LedgerWorldSpec {
  struct End {
    ChainName name;
    ChainFinality finality;
  };
  struct Hub {
    ChainName name;
    ChainFinality finality;
    ChannelRules rules;
  };
  std::vector<End> ends;  // each is linked to every hub, and so reaches every other
  std::vector<Hub> hubs;
  std::vector<GenesisAccount> accounts;  // of every end
  Duration block_interval = seconds(1);
  std::uint64_t seed = 1;
};

class LedgerWorld {
 public:
  explicit LedgerWorld(const LedgerWorldSpec& spec);

  LedgerChain& chain(const ChainName& name);
  Instant now() const { return now_; }

  // Relayers are numbered in the order in which they are added; they hear blocks from now on, and those of `since`.
  std::size_t add_relayer(const RelayerSpec& spec);
  RelayerSpec relayer_spec(const std::string& name) const;  // serves all hubs
  Relayer& relayer(std::size_t number) { return *relayers_[number]; }
  // It dies with all that it knows. A new one is shown every final block again.
  void kill_relayer(std::size_t number) { relayers_[number].reset(); }

  // A block of every chain.
  void tick();
  // A chain that is halted seals no blocks.
  void halt(const ChainName& name, bool halted) { halted_[name] = halted; }
  // Ticks until no packet is under way; whether that came within so many.
  bool settle(std::size_t ticks_max);

  // Keeps every final block, so that a new relayer can be shown them. Off: a long run.
  void keep_blocks(bool keep) { keep_blocks_ = keep; }

  const CrossChainJudge& judge() const { return *judge_; }

 private:
  struct Waiting {
    std::size_t relayer;
    RelayRequest request;
  };

  void seal(LedgerChain& chain);
  void became_final(LedgerChain& chain, const BlockPtr& block);
  void tell(std::size_t number, const RelayerInput& input);
  void carry_out(std::size_t number, std::vector<RelayerOutput> outputs);
  void answer_calls(const Block& block);

  std::deque<LedgerChain> chains_;
  std::map<ChainName, LedgerChain*> by_name_;
  std::map<ChainName, bool> halted_;
  std::vector<ChannelRules> rules_;
  std::vector<RelayerSpec::Hub> hubs_;
  std::vector<std::unique_ptr<Relayer>> relayers_;
  DigestMap<std::vector<Waiting>> waiting_;  // by transaction
  std::vector<std::pair<ChainName, BlockPtr>> blocks_;
  bool keep_blocks_ = true;
  std::unique_ptr<CrossChainJudge> judge_;
  Duration interval_;
  Instant now_;
};

}  // namespace bsn
