// The judges: they watch a cluster from outside, the same in both modes, and say what was broken.
//
//   AGR       no two peers of a chain have different blocks at one height
//   MONO      what was final at a peer stays so: it undoes and replaces none of it, restarts included
//   HASH      parent, roots and hash of every block verify, and replay from genesis gives the same
//   XO        at most one execution per (project, chain, idempotency key); equal answers for equal keys
//   BANK      the balances of a chain add up to its genesis supply at every height, none is negative
//   DUR       every write acknowledged final (or committed, where blocks are never undone) is in the chain at the place
//             its answer named
//   ANSWERED  every call was answered exactly once
//
// Blocks are final ones throughout. Of a chain that grows as a tree a block is told when its peer has finalised it;
// what stands upon that may be undone, and is nobody's business here.
//
// One thread at a time. A copy of a block that is known already costs well below a microsecond plus some ns for each of
// its transactions; the first copy is re-executed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/call.h"
#include "core/chain_spec.h"
#include "core/ledger_auditor.h"
#include "sim/invariant_acknowledged.h"
#include "sim/invariant_chain.h"
#include "sim/invariant_cross_chain.h"
#include "sim/invariant_verdict.h"
#include "sim/report.h"

namespace bsn {

// `make_auditor` is node/ledger_auditor's make_ledger_auditor, handed in by the drivers because sim/ does not know
// node/.
class InvariantChecker {
 public:
  // `chains` in the order of their index, from 0 on without a gap.
  InvariantChecker(std::vector<ChainSpec> chains, const MakeAuditor& make_auditor);

  // `chains` are those known already and perhaps more behind them, which have appeared since.
  void learn(std::vector<ChainSpec> chains);

  // A peer stored this block, and it is final. Blocks of one peer come in order of height; after a restart a peer may
  // repeat some.
  void block_stored(ChainIndex chain, CityIndex peer, const BlockPtr& block, Instant now = {});

  // From now on cross-chain packets are judged too: PKT, 2PATH and CONS (sim/invariant_cross_chain.h); they are
  // reported when a packet was sent. Then block_stored must be told of the blocks of all chains in the order in which
  // they became final, and when.
  void judge_packets(std::set<ChainName> acknowledging_hubs, std::map<ChainName, Duration> finality) {
    packets_.emplace(std::move(acknowledging_hubs)).expect(std::move(finality));
  }
  // From where the seconds of their report count; nothing without judge_packets().
  void packets_begin(Instant start) {
    if (packets_) packets_->begin(start);
  }
  const std::optional<CrossChainJudge>& packets() const { return packets_; }

  // A peer undid its blocks above `keep`.
  void undone(ChainIndex chain, CityIndex peer, Height keep);

  // A peer said that this is its last final block; 0: it has none. Judged at the end, when its blocks are known.
  void final_seen(ChainIndex chain, CityIndex peer, Height height, const Digest& hash);

  // A client got this answer to this call.
  void answered(const Call& call, const Reply& reply);

  // Counts for ANSWERED, from a recorder.
  void calls(std::uint64_t answered_once, std::uint64_t answered_wrongly);

  bool broken() const;
  // At the end of a run, once: DUR is judged now, and of MONO what was told by final_seen.
  std::vector<InvariantReport> finish();

 private:
  struct FinalSeen {
    ChainIndex chain;
    CityIndex peer;
    Height height = 0;
    Digest hash;
  };

  MakeAuditor make_auditor_;
  std::vector<ChainJudge> chains_;               // by ChainIndex
  std::vector<FinalSeen> seen_;                  // in the order told
  std::map<ChainName, std::uint32_t> index_of_;  // of a chain's name; of a name used again, of the last that had it
  AcknowledgedWrites acknowledged_;
  Verdicts verdicts_;
  std::optional<CrossChainJudge> packets_;
};

}  // namespace bsn
