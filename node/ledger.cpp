#include "node/ledger.h"

#include <algorithm>
#include <utility>

#include "core/block_hashes.h"
#include "core/check.h"
#include "node/contract_asset.h"
#include "node/xchain_genesis.h"

namespace bsn {
namespace {

Error corrupt(const Block& block, const std::string& what) {
  return Error{ErrorCode::corrupt, "block " + std::to_string(block.header.height) + ": " + what};
}

std::string place(const Executed& executed) {
  return std::to_string(executed.height) + "/" + std::to_string(executed.index);
}

}  // namespace

Ledger::Ledger(const ChainSpec& spec) : remembers_hashes_(!spec.cross_chain.links.empty() || spec.cross_chain.hub) {
  write_asset_genesis(spec.genesis, *state_);
  write_cross_chain_genesis(spec.name, spec.cross_chain, *state_);
  state_roots_.push_back(state_->root());
  CanonicalBytes genesis("bsn/genesis/v1");
  hashes_.push_back(genesis.add(spec.name.network).add(spec.name.chain).add(state_root()).digest());
}

Ledger Ledger::apart() const {
  BSN_CHECK(height() == 0, "what was executed can't be told apart");
  Ledger copy = *this;
  copy.archive_ = std::make_shared<LedgerArchive>();
  return copy;
}

BlockPtr Ledger::execute(const Proposal& proposal) {
  BSN_CHECK(proposal.height == height() + 1, "proposals are executed in order of height");
  const Digest digest = proposal_digest(proposal);
  if (const BlockOutcomePtr known = archive_->outcome_of(tip(), digest)) {
    adopt(known);
    return known->block;
  }
  auto block = std::make_shared<Block>();
  block->header.height = proposal.height;
  block->header.parent = tip();
  block->header.time = std::max(proposal.time, time_);
  block->header.proposer = proposal.proposer;
  block->header.seal = proposal.seal;
  block->transactions = proposal.transactions;
  Run executed = run(*block);
  adopt(block, std::move(executed), digest);
  return block;
}

Result<Done> Ledger::apply(const Block& block) {
  const BlockHeader& header = block.header;
  if (header.height != height() + 1) return corrupt(block, "expected " + std::to_string(height() + 1));
  if (header.parent != tip()) return corrupt(block, "the parent is another block");
  if (header.time < time_) return corrupt(block, "it is older than its parent");
  if (const BlockOutcomePtr known = archive_->outcome_of(block.hash); known && known->block.get() == &block) {
    adopt(known);
    return Done{};
  }
  auto mine = std::make_shared<Block>();
  mine->header = header;
  mine->transactions = block.transactions;
  Run executed = run(*mine);
  if (mine->header != header || mine->hash != block.hash || mine->receipts != block.receipts) {
    undo_writes(edit_state(), executed.writes);
    return corrupt(block, "its execution does not come out as it says");
  }
  adopt(mine, std::move(executed), {});
  return Done{};
}

void Ledger::finalise(Height up_to) {
  BSN_CHECK(up_to >= final_height() && up_to <= height(), "what is final stays so, and is there");
  while (final_height() < up_to) {
    if (history_) history_->drop_first(open_.front().outcome->writes);
    header_ = open_.front().outcome->block->header;
    open_.pop_front();
  }
}

void Ledger::undo_to(Height keep) {
  BSN_CHECK(keep >= final_height() && keep <= height(), "only blocks that are not final can be undone");
  while (height() > keep) {
    const Open& last = open_.back();
    if (history_) history_->drop_last(last.outcome->writes);
    if (!last.outcome->writes.empty()) undo_writes(edit_state(), last.outcome->writes);
    state_roots_.pop_back();
    hashes_.pop_back();
    time_ = last.time;
    proposer_ = last.proposer;
    open_.pop_back();
  }
}

std::optional<Executed> Ledger::find(const Digest& transaction) const {
  return archive_->index().find(transaction,
                                [this](Height height, const Digest& block) { return holds(height, block); });
}

std::optional<Digest> Ledger::find_key(const Digest& key) const {
  return archive_->index().find_key(key, [this](Height height, const Digest& block) { return holds(height, block); });
}

ContractOutcome Ledger::query(const Call& call) const {
  StateOverlay overlay(*state_, {height(), time_});
  return run_read(call, overlay);
}

ContractOutcome Ledger::query_final(const Call& call) const {
  if (!history_) {
    history_.emplace();
    for (const Open& open : open_) history_->add(open.outcome->writes);
  }
  StateOverlay overlay(*state_, *history_, {final_height(), open_.empty() ? time_ : open_.front().time});
  return run_read(call, overlay);
}

StateTree Ledger::final_state() const {
  StateTree state = *state_;
  for (auto open = open_.rbegin(); open != open_.rend(); ++open) undo_writes(state, open->outcome->writes);
  state.root();  // so that something can be proved under it
  return state;
}

std::vector<BlockHeader> Ledger::open_headers() const {
  std::vector<BlockHeader> headers;
  for (const Open& open : open_) headers.push_back(open.outcome->block->header);
  return headers;
}

StateTree& Ledger::edit_state() {
  if (state_.use_count() > 1) state_ = std::make_shared<StateTree>(*state_);
  return *state_;
}

Ledger::Run Ledger::run(Block& block) {
  Run run;
  const Height before = block.header.height - 1;
  StateOverlay state(*state_, {block.header.height, block.header.time});
  if (remembers_hashes_) state.set(block_hash_key(before), encode(BlockHash{before, block.header.parent}));
  block.receipts.reserve(block.transactions.size());
  for (const TransactionPtr& transaction : block.transactions) {
    const auto index = static_cast<std::uint32_t>(block.receipts.size());
    block.receipts.push_back(run_one(*transaction, state, index, run));
  }
  if (state.writes()) state.commit(edit_state(), run.writes);
  block.header.transactions_root = transactions_root(block.transactions);
  block.header.receipts_root = receipts_root(block.receipts);
  block.header.state_root = run.writes.empty() ? state_root() : edit_state().root();
  block.hash = header_digest(block.header);
  return run;
}

// A transaction or key may come twice within one block: what the block itself has executed is looked through, too.
Receipt Ledger::run_one(const Transaction& transaction, StateOverlay& state, std::uint32_t index, Run& run) {
  const std::size_t* here = run.places.find(transaction.id);
  if (const auto first = here != nullptr ? run.executed[*here].executed : find(transaction.id)) {
    return {transaction.id, ReceiptStatus::duplicate, "executed at " + place(*first)};
  }
  Run::One one{&transaction, false, {state.block().height, index, ReceiptStatus::ok, {}}};
  if (const auto used = first_use(transaction.key, run)) {
    one.executed.status = ReceiptStatus::duplicate;
    one.executed.value = "key used at " + place(*used);
  } else {
    one.uses_key = true;
    run.keys.try_emplace(transaction.key, run.executed.size());
    const StateOverlay::Mark before = state.mark();
    ContractOutcome outcome = run_write(transaction, state);
    if (!outcome.ok) state.back_to(before);
    state.keep();
    one.executed.status = outcome.ok ? ReceiptStatus::ok : ReceiptStatus::refused;
    one.executed.value = std::move(outcome.value);
  }
  Receipt receipt{transaction.id, one.executed.status, one.executed.value};
  run.places.try_emplace(transaction.id, run.executed.size());
  run.executed.push_back(std::move(one));
  return receipt;
}

// By whom the key was used, in this block or before it.
std::optional<Executed> Ledger::first_use(const Digest& key, const Run& run) const {
  if (const std::size_t* here = run.keys.find(key)) return run.executed[*here].executed;
  const std::optional<Digest> used = find_key(key);
  return used ? find(*used) : std::nullopt;
}

void Ledger::adopt(const BlockPtr& block, Run run, const Digest& proposal) {
  if (!archive_->index().knows(block->hash)) {  // blocks that fell out or were lost with their peer may come again
    for (const Run::One& one : run.executed) {
      const Digest* key = one.uses_key ? &one.transaction->key : nullptr;
      archive_->index().add(one.transaction->id, key, block->hash, one.executed);
    }
  }
  auto outcome = std::make_shared<BlockOutcome>();
  outcome->block = block;
  outcome->writes = std::move(run.writes);
  if (archive_.use_count() > 1) {
    if (!outcome->writes.empty()) outcome->state = state_;
    archive_->add_outcome(proposal, outcome);
  }
  advance(outcome);
}

void Ledger::adopt(const BlockOutcomePtr& outcome) {
  if (outcome->state) state_ = outcome->state;
  advance(outcome);
}

void Ledger::advance(const BlockOutcomePtr& outcome) {
  const BlockHeader& header = outcome->block->header;
  if (undoable_) {
    if (history_) history_->add(outcome->writes);
    open_.push_back({outcome, time_, proposer_});
  } else {
    header_ = header;
  }
  hashes_.push_back(outcome->block->hash);
  state_roots_.push_back(header.state_root);
  time_ = header.time;
  proposer_ = header.proposer;
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
