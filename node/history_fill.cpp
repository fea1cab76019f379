#include "node/history_fill.h"

namespace bsn {
namespace {

bool fits(const Block& block, const Digest& hash) {
  return header_digest(block.header) == hash &&
         block.header.transactions_root == transactions_root(block.transactions) &&
         block.header.receipts_root == receipts_root(block.receipts);
}

}  // namespace

std::vector<BlockPtr> HistoryFill::heard(ValidatorIndex from, const Blocks& blocks, const HashAt& hash_at,
                                         Instant now) {
  std::vector<BlockPtr> next;
  if (liars_.contains(from)) return next;
  for (const BlockPtr& block : blocks.blocks) {
    if (complete() || block->header.height != parameters_.stored + 1) continue;
    if (!fits(*block, hash_at(block->header.height))) {
      liars_.insert(from);
      liar_ = from;
      break;
    }
    ++parameters_.stored;
    next.push_back(block);
  }
  if (!next.empty()) due_ = now;
  return next;
}

std::optional<HistoryFill::Request> HistoryFill::take_due(Instant now) {
  if (complete() || due_ > now) return std::nullopt;
  due_ = now + ask_interval;
  for (std::uint32_t tried = 0; tried < parameters_.validators; ++tried) {
    const ValidatorIndex to{turn_++ % parameters_.validators};
    if (to != parameters_.self && !liars_.contains(to)) return Request{to, parameters_.stored + 1};
  }
  return std::nullopt;  // all have lied; nothing can be done until a restart
}

}  // namespace bsn
