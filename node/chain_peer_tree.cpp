// What a chain peer does only where the chain grows as a tree: blocks that are sealed and not final yet.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "node/chain_peer.h"

namespace bsn {

// ---- after a restart ----

void ChainPeer::restore_open_blocks(const DurableState& durable) {
  for (const BlockPtr& block : durable.blocks) {
    const ProposalPtr parent = tip().proposal;
    const ProposalPtr proposal = proposal_of(*block, parent ? proposal_digest(*parent) : Digest{});
    if (block->header.height <= durable.final_height) {
      final_proposal_ = proposal;
    } else {
      open_blocks_.push_back({block, proposal});
    }
  }
}

// It waits again, or is in a block, or another body was faster.
void ChainPeer::restore_accepted(const TransactionPtr& accepted, Instant now) {
  const auto used_by = ledger_.find_key(accepted->key);
  if (!used_by) {
    mempool_.restore(accepted, now);
    forwarder_.add(accepted, true, now);
  } else if (OpenBlock* open = open_block_at(ledger_.find(*used_by)->height); open == nullptr) {
    erasures_.push_back(accepted->id);
  } else if (*used_by == accepted->id) {
    open->pinned.push_back(accepted->id);
  } else {
    open->rivals.push_back({accepted, true});
  }
}

// nullptr: that block is final.
ChainPeer::OpenBlock* ChainPeer::open_block_at(Height height) {
  if (open_blocks_.empty() || height <= ledger_.final_height()) return nullptr;
  return &open_blocks_.at(height - ledger_.final_height() - 1);
}

// ---- calls ----

bool ChainPeer::is_open(const Digest& transaction) const {
  if (open_blocks_.empty()) return false;
  const auto executed = ledger_.find(transaction);
  return executed && executed->height > ledger_.final_height();
}

// The transaction is in a block that may be undone: whoever wants it final waits, whoever was promised that it is kept
// has it kept until then.
void ChainPeer::submit_open(Instant now, const OpenCall& call, const TransactionPtr& transaction, Outputs& out) {
  if (call.level == Level::final_) {
    if (auto refused = refuse_to_wait(now, *transaction)) return answer(now, call, std::move(*refused), out);
    return calls_.add(call);
  }
  OpenBlock& open = *open_block_at(ledger_.find(transaction->id)->height);
  const bool pinned = std::find(open.pinned.begin(), open.pinned.end(), transaction->id) != open.pinned.end();
  if (call.level == Level::accepted && !pinned) {
    open.pinned.push_back(transaction->id);
    out.push_back(Persist{AcceptedWrite{transaction}});
  }
  answer(now, call, result_of(transaction->id), out);
}

// ---- the best branch grows ----

// The ledger has sealed this block, which is not final yet.
void ChainPeer::settle_open(Instant now, const BlockPtr& block, const ProposalPtr& proposal, Outputs& out) {
  BSN_CHECK(block->header.time == proposal->time, "a proposal is not older than its parent");
  count_work(*block);
  out.push_back(Persist{BlockWrite{block}});
  OpenBlock& open = open_blocks_.emplace_back(OpenBlock{block, proposal});
  for (const TransactionPtr& transaction : block->transactions) {
    forget_waiting(now, transaction, open, out);
    answer_executed(now, transaction->id, out, Level::committed);
  }
  mempool_.take_back();  // own proposals for this height are history
  out.push_back(Observed{Observed::What::block_sealed, block->header.height, term_, std::nullopt});
}

// It leaves the mempool, and so does a rival for its key; what was promised about either is remembered with the block.
void ChainPeer::forget_waiting(Instant, const TransactionPtr& transaction, OpenBlock& open, Outputs&) {
  Mempool::Removed removed = mempool_.remove(*transaction);
  forwarder_.forget(transaction->id);
  if (removed.pinned) open.pinned.push_back(transaction->id);
  if (!removed.rival) return;
  forwarder_.forget(removed.rival->id);
  open.rivals.push_back({std::move(removed.rival), removed.rival_pinned});
}

// ---- and loses blocks ----

// The ledger has undone the blocks above `keep`.
void ChainPeer::fall_out(Instant now, Height keep, Outputs& out) {
  const Height before = open_blocks_.back().block->header.height;
  out.push_back(Persist{BlocksUndone{keep}});
  const auto first = open_blocks_.begin() + static_cast<std::ptrdiff_t>(keep - ledger_.final_height());
  ++reorganised_.count;
  reorganised_.deepest = std::max<std::uint64_t>(reorganised_.deepest, before - keep);
  for (auto undone = first; undone != open_blocks_.end(); ++undone) {
    if (undone->block->header.proposer == self_validator_) ++reorganised_.own_undone;
    wait_again(now, *undone);
  }
  open_blocks_.erase(first, open_blocks_.end());
  Observed seen{Observed::What::reorganised, keep, term_, std::nullopt};
  seen.undone = static_cast<std::uint32_t>(before - keep);
  out.push_back(seen);
}

// Transactions whose key is free again go back to the mempool; those that somebody here relies on are sent on again.
// A rival whose key is taken by them stays on disk if it was accepted; its callers wait until their deadline.
void ChainPeer::wait_again(Instant now, const OpenBlock& undone) {
  const auto put_back = [&](const TransactionPtr& transaction, bool pinned) {
    if (ledger_.find_key(transaction->key)) return;
    if (!mempool_.put_back(transaction, now, pinned)) return;
    if (pinned || calls_.waits_for(transaction->id)) forwarder_.add(transaction, true, now);
  };
  for (const TransactionPtr& transaction : undone.block->transactions) {
    const auto pinned = std::find(undone.pinned.begin(), undone.pinned.end(), transaction->id);
    put_back(transaction, pinned != undone.pinned.end());
  }
  for (const auto& [rival, pinned] : undone.rivals) put_back(rival, pinned);
}

// ---- finality ----

void ChainPeer::finalise_to(Instant now, Height height, Outputs& out) {
  ledger_.finalise(height);
  out.push_back(Persist{FinalMark{height}});
  while (!open_blocks_.empty() && open_blocks_.front().block->header.height <= height) {
    const OpenBlock open = std::move(open_blocks_.front());
    open_blocks_.pop_front();
    final_proposal_ = open.proposal;
    answer_final(now, open, out);
    sync_.advanced(open.block->hash, now);
  }
  sign_waiting(out);
  out.push_back(Observed{Observed::What::finalised, height, term_, std::nullopt});
}

void ChainPeer::answer_final(Instant now, const OpenBlock& open, Outputs& out) {
  for (const TransactionPtr& transaction : open.block->transactions) {
    answer_executed(now, transaction->id, out);
  }
  for (const Digest& id : open.pinned) out.push_back(Persist{AcceptedErase{id}});
  for (const auto& [rival, pinned] : open.rivals) {
    if (pinned) out.push_back(Persist{AcceptedErase{rival->id}});
    answer_waiting(now, rival->id, key_reused(rival->id), out);
  }
}

// The next block behind the last final one, as others finalised it. False: it does not verify, and nothing changed.
bool ChainPeer::take_fetched(Instant now, const BlockPtr& block, Outputs& out) {
  const Height final = ledger_.final_height();
  const ProposalPtr proposal = proposal_of(*block, final_proposal_ ? proposal_digest(*final_proposal_) : Digest{});
  if (open_blocks_.empty() || open_blocks_.front().block->hash != block->hash) {
    // Tried on the ledger before anything is said; the own branch comes back if it does not verify.
    ledger_.undo_to(final);
    if (!ledger_.apply(*block).ok()) {
      for (const OpenBlock& own : open_blocks_) ledger_.execute(*own.proposal);
      return false;
    }
    if (!open_blocks_.empty()) fall_out(now, final, out);
    settle_open(now, block, proposal, out);
  }
  finalise_to(now, final + 1, out);
  engine_step(now, BlockSealed{final + 1, block->hash, block->header.time, block->header.proposer, proposal, true},
              out);
  return true;
}

}  // namespace bsn
