// Judges what callers were told about their writes: DUR, and of XO that equal keys get equal answers.
//
// Memory: one record of 48 bytes and the idempotency key for every write that was answered OK.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/call.h"
#include "sim/invariant_chain.h"
#include "sim/invariant_verdict.h"

namespace bsn {

class AcknowledgedWrites {
 public:
  // A submit on this chain was answered OK. Compared with an earlier answer to the same key at once (XO), and with the
  // chain in judge(). `undoable`: on this chain `committed` promises nothing that lasts.
  void add(std::uint32_t chain, const Call& call, const Reply& reply, bool undoable, Verdicts& verdicts);

  // DUR: every write acknowledged for good stands where its answer said, in a block that some peer still has. `chains`
  // by ChainIndex.
  void judge(const std::vector<ChainJudge>& chains, Verdict& dur) const;

 private:
  struct Write {
    TransactionHalf transaction{};
    Height height = 0;
    std::uint64_t value = 0;  // a hash of the answer's value
    std::uint32_t index = 0;
    std::uint32_t chain = 0;
    bool in_block = false;  // acknowledged final, or committed where that is the same
  };
  using ByKey = std::unordered_map<std::string, std::uint32_t>;  // -> the first answer's position in writes_

  static bool contradict(const Write& a, const Write& b);

  std::vector<Write> writes_;
  std::map<std::uint32_t, std::map<std::string, ByKey, std::less<>>> by_key_;  // chain -> project -> key
};

}  // namespace bsn
