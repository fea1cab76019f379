#include "sim/invariant_acknowledged.h"

#include <functional>
#include <string_view>

namespace bsn {

// An answer that came before the block (accepted) can't contradict more than the transaction.
bool AcknowledgedWrites::contradict(const Write& a, const Write& b) {
  if (a.transaction != b.transaction) return true;
  if (!a.in_block || !b.in_block) return false;
  return a.height != b.height || a.index != b.index || a.value != b.value;
}

void AcknowledgedWrites::add(std::uint32_t chain, const Call& call, const Reply& reply, bool undoable,
                             Verdicts& verdicts) {
  if (undoable && call.level == Level::committed) return;
  Write write;
  write.transaction = transaction_half(reply.transaction);
  write.value = std::hash<std::string_view>{}(reply.value);
  write.chain = chain;
  write.in_block = call.level != Level::accepted;
  write.height = reply.height;
  write.index = reply.index;
  const auto position = static_cast<std::uint32_t>(writes_.size());
  const auto [found, fresh] = by_key_[chain][call.project].emplace(call.idempotency_key, position);
  writes_.push_back(write);
  if (fresh) return;
  verdicts.xo.checked();
  if (!contradict(writes_[found->second], write)) return;
  verdicts.xo.violated([&] {
    return to_string(call.chain) + ": key '" + call.idempotency_key + "' got two answers that contradict each other";
  });
}

void AcknowledgedWrites::judge(const std::vector<ChainJudge>& chains, Verdict& dur) const {
  std::vector<Height> held;
  held.reserve(chains.size());
  for (const ChainJudge& chain : chains) held.push_back(chain.held_height());
  for (const Write& write : writes_) {
    if (!write.in_block) continue;
    const ChainJudge& chain = chains[write.chain];
    dur.checked();
    const bool there = chain.transaction_at(write.height, write.index) == write.transaction;
    if (there && write.height <= held[write.chain]) continue;
    dur.violated([&] {
      return to_string(chain.name()) + ": the write acknowledged at height " + std::to_string(write.height) +
             ", position " + std::to_string(write.index) + " is not there";
    });
  }
}

}  // namespace bsn
