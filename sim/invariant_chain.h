// Judges the final blocks of one chain as its peers store them: AGR, MONO, HASH, BANK, and of XO that nothing is
// executed twice.
//
// The first peer that brings a height has the block re-executed; every other copy is only compared with it. Memory: 32
// bytes a block, 16 a transaction, and every executed idempotency key.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/block.h"
#include "core/chain_spec.h"
#include "core/ledger_auditor.h"
#include "sim/invariant_verdict.h"

namespace bsn {

// The first half of a transaction's id: enough to tell any two apart.
using TransactionHalf = std::array<std::uint8_t, 16>;
TransactionHalf transaction_half(const Digest& id);

class ChainJudge {
 public:
  ChainJudge(ChainSpec spec, const MakeAuditor& make_auditor);

  // Heights of one peer come in order, repeats allowed. A block behind a gap is a violation of HASH and not looked at.
  void block_stored(CityIndex peer, const Block& block, Verdicts& verdicts);

  // A peer undid what it had above `keep`: nothing that was final there (MONO).
  void undone(CityIndex peer, Height keep, Verdict& mono) const;

  // A peer once said that this was its last final block: it must have it still (MONO).
  void was_final(CityIndex peer, Height height, const Digest& hash, Verdict& mono) const;

  // Whether blocks may be undone before they are final.
  bool grows_a_tree() const { return bsn::grows_a_tree(spec_.engine); }

  // The transaction at this place; nullopt: no peer ever stored such a place.
  std::optional<TransactionHalf> transaction_at(Height height, std::uint32_t index) const;

  // The highest block that a peer has now; lower than the highest ever stored when all peers have lost some.
  Height held_height() const;

  const ChainName& name() const { return spec_.name; }

  // How many blocks are known, and who has executed them all; nullptr when one of them did not replay.
  Height known_height() const { return hashes_.size(); }
  const LedgerAuditor* auditor() const { return auditor_.get(); }

 private:
  void add_block(CityIndex peer, const Block& block, Verdicts& verdicts);
  void compare_copy(CityIndex peer, const Block& block, Verdicts& verdicts) const;
  void compare_repeated(CityIndex peer, const Block& block, Verdict& mono) const;
  Height tip_of(CityIndex peer) const { return peer.value < tips_.size() ? tips_[peer.value] : 0; }
  bool same_transactions(const Block& block) const;
  void check_header(CityIndex peer, const Block& block, Verdicts& verdicts);
  void replay(const Block& block, Verdicts& verdicts);
  void check_executions(const Block& block, Verdicts& verdicts);
  void check_balances(const Block& block, Verdicts& verdicts);
  std::string place(Height height) const;

  ChainSpec spec_;
  std::unique_ptr<LedgerAuditor> auditor_;     // null from the first block on that did not replay
  std::vector<Digest> hashes_;                 // of heights 1, 2 ...
  std::vector<TransactionHalf> transactions_;  // of all blocks, one after the other
  std::vector<std::uint64_t> first_;           // where a height's transactions begin; one more entry than hashes_
  std::vector<Height> tips_;                   // by CityIndex: the last final block of the peer
  std::map<std::string, std::unordered_set<std::string>, std::less<>> executed_;  // project -> idempotency keys
};

}  // namespace bsn
