#include "core/durable.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {
namespace {

void apply_one(const RaftVoteState& write, DurableState& state) { state.raft_vote = write; }

void apply_one(const RaftLogWrite& write, DurableState& state) {
  if (write.entries.empty()) return;
  const std::uint64_t first = write.entries.front().index;
  std::erase_if(state.raft_log, [&](const RaftEntry& entry) { return entry.index >= first; });
  state.raft_log.insert(state.raft_log.end(), write.entries.begin(), write.entries.end());
}

void apply_one(const RaftLogTrim& write, DurableState& state) {
  state.raft_trim = write;
  std::erase_if(state.raft_log, [&](const RaftEntry& entry) { return entry.index <= write.index; });
}

void apply_one(BftVoteState write, DurableState& state) { state.bft_vote = std::move(write); }

void apply_one(const BlockWrite& write, DurableState& state) {
  BSN_CHECK(write.block->header.height == state.blocks.size() + 1, "blocks are stored in order");
  state.blocks.push_back(write.block);
}

void apply_one(const BlocksUndone& write, DurableState& state) {
  BSN_CHECK(write.keep >= state.final_height, "a final block is never undone");
  if (write.keep < state.blocks.size()) state.blocks.resize(write.keep);
}

void apply_one(const FinalMark& write, DurableState& state) {
  BSN_CHECK(write.height >= state.final_height && write.height <= state.blocks.size(), "the final mark only grows");
  state.final_height = write.height;
}

void apply_one(TreeVoteState write, DurableState& state) { state.tree_vote = std::move(write); }

void apply_one(const ChainErased&, DurableState& state) { state = {}; }

void apply_one(const AcceptedWrite& write, DurableState& state) { state.accepted.push_back(write.transaction); }

void apply_one(const AcceptedErase& write, DurableState& state) {
  std::erase_if(state.accepted, [&](const TransactionPtr& kept) { return kept->id == write.transaction; });
}

}  // namespace

void apply(DurableWrite write, DurableState& state) {
  std::visit([&](auto& one) { apply_one(std::move(one), state); }, write);
}

}  // namespace bsn
