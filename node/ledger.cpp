#include "node/ledger.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "node/contract_asset.h"

namespace bsn {
namespace {

Error corrupt(const Block& block, const std::string& what) {
  return Error{ErrorCode::corrupt, "block " + std::to_string(block.header.height) + ": " + what};
}

std::string place(const Executed& executed) {
  return std::to_string(executed.height) + "/" + std::to_string(executed.index);
}

}  // namespace

Ledger::Ledger(const ChainSpec& spec) {
  write_asset_genesis(spec.genesis, state_);
  state_roots_.push_back(state_.root());
  CanonicalBytes genesis("bsn/genesis/v1");
  tip_ = genesis.add(spec.name.network).add(spec.name.chain).add(state_root()).digest();
}

BlockPtr Ledger::execute(const Proposal& proposal) {
  BSN_CHECK(proposal.height == height() + 1, "proposals are executed in order of height");
  auto block = std::make_shared<Block>();
  block->header.height = proposal.height;
  block->header.parent = tip_;
  block->header.time = std::max(proposal.time, time_);
  block->header.proposer = proposal.proposer;
  block->header.seal = proposal.seal;
  block->transactions = proposal.transactions;
  advance(*block, run(*block));
  return block;
}

Result<Done> Ledger::apply(const Block& block) {
  if (block.header.height != height() + 1) return corrupt(block, "expected " + std::to_string(height() + 1));
  if (block.header.parent != tip_) return corrupt(block, "the parent is another block");
  if (block.header.time < time_) return corrupt(block, "it is older than its parent");
  Block mine;
  mine.header = block.header;
  mine.transactions = block.transactions;
  Journal journal = run(mine);
  if (mine.header != block.header || mine.hash != block.hash || mine.receipts != block.receipts) {
    undo(journal);
    return corrupt(block, "its execution does not come out as it says");
  }
  advance(mine, std::move(journal));
  return Done{};
}

void Ledger::finalise(Height up_to) {
  BSN_CHECK(up_to >= final_height() && up_to <= height(), "what is final stays so, and is there");
  while (final_height() < up_to) {
    history_.drop_first(journals_.front().writes);
    journals_.pop_front();
  }
}

void Ledger::undo_to(Height keep) {
  BSN_CHECK(keep >= final_height() && keep <= height(), "only blocks that are not final can be undone");
  while (height() > keep) {
    const Journal& last = journals_.back();
    history_.drop_last(last.writes);
    undo(last);
    state_roots_.pop_back();
    tip_ = last.tip;
    time_ = last.time;
    proposer_ = last.proposer;
    journals_.pop_back();
  }
}

const Executed* Ledger::find(const Digest& transaction) const { return executed_.find(transaction); }

std::optional<Digest> Ledger::find_key(const Digest& key) const {
  const Digest* found = by_key_.find(key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

ContractOutcome Ledger::query(const Call& call) const {
  StateOverlay overlay(state_);
  return run_read(call, overlay);
}

ContractOutcome Ledger::query_final(const Call& call) const {
  StateOverlay overlay(state_, history_);
  return run_read(call, overlay);
}

Ledger::Journal Ledger::run(Block& block) {
  Journal journal;
  block.receipts.reserve(block.transactions.size());
  for (const TransactionPtr& transaction : block.transactions) {
    const auto index = static_cast<std::uint32_t>(block.receipts.size());
    block.receipts.push_back(run_one(*transaction, block.header.height, index, journal));
  }
  block.header.transactions_root = transactions_root(block.transactions);
  block.header.receipts_root = receipts_root(block.receipts);
  block.header.state_root = state_.root();
  block.hash = header_digest(block.header);
  return journal;
}

Receipt Ledger::run_one(const Transaction& transaction, Height height, std::uint32_t index, Journal& journal) {
  if (const Executed* first = find(transaction.id)) {
    return {transaction.id, ReceiptStatus::duplicate, "executed at " + place(*first)};
  }
  Executed executed{height, index, ReceiptStatus::ok, {}};
  const auto [used, fresh] = by_key_.try_emplace(transaction.key, transaction.id);
  if (fresh) {
    journal.keys.push_back(transaction.key);
    StateOverlay overlay(state_);
    ContractOutcome outcome = run_write(transaction, overlay);
    if (outcome.ok) overlay.commit(state_, journal.writes);
    executed.status = outcome.ok ? ReceiptStatus::ok : ReceiptStatus::refused;
    executed.value = std::move(outcome.value);
  } else {
    executed.status = ReceiptStatus::duplicate;
    executed.value = "key used at " + place(executed_.at(*used));
  }
  journal.transactions.push_back(transaction.id);
  Receipt receipt{transaction.id, executed.status, executed.value};
  executed_.try_emplace(transaction.id, std::move(executed));
  return receipt;
}

void Ledger::undo(const Journal& journal) {
  undo_writes(state_, journal.writes);
  for (const Digest& id : journal.transactions) executed_.erase(id);
  for (const Digest& key : journal.keys) by_key_.erase(key);
}

void Ledger::advance(const Block& block, Journal journal) {
  if (undoable_) {
    journal.tip = tip_;
    journal.time = time_;
    journal.proposer = proposer_;
    history_.add(journal.writes);
    journals_.push_back(std::move(journal));
  }
  state_roots_.push_back(block.header.state_root);
  tip_ = block.hash;
  time_ = block.header.time;
  proposer_ = block.header.proposer;
}

Ledger make_ledger(const ChainSpec& spec) { return Ledger(spec); }

Reply reply_of(const Ledger& ledger, const Digest& transaction, const Executed& executed) {
  Reply reply;
  if (executed.status == ReceiptStatus::ok) {
    reply.value = executed.value;
  } else if (executed.status == ReceiptStatus::refused) {
    reply = refusal(Status::failed_precondition, Reason::contract_refused, executed.value);
  } else {
    return key_reused(transaction);
  }
  reply.transaction = transaction;
  reply.height = executed.height;
  reply.index = executed.index;
  reply.state_root = ledger.state_root(executed.height);
  return reply;
}

Reply key_reused(const Digest& transaction) {
  Reply reply = refusal(Status::already_exists, Reason::key_reused, "the idempotency key was used with another body");
  reply.transaction = transaction;
  return reply;
}

}  // namespace bsn
