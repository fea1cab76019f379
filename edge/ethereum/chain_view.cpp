#include "edge/ethereum/chain_view.h"

#include <utility>

namespace bsn::edge::ethereum {
namespace {

// What the wallet signed, if this is a call of contract "ether" that says the same.
std::optional<SignedTransaction> signed_in(const v1::Transaction& call) {
  if (call.contract() != "ether" || call.function() != "transfer" || call.args_size() != 7) return std::nullopt;
  auto parsed = parse_transaction(call.args(6));
  if (!parsed) return std::nullopt;
  const SignedTransaction& transaction = *parsed;
  const auto is_gwei = [](const Wei& wei, const std::string& text) {
    return wei % wei_per_gwei == 0 && Wei(wei / wei_per_gwei).str() == text;
  };
  const bool same = hex(transaction.from) == call.args(0) && hex(transaction.to) == call.args(1) &&
                    is_gwei(transaction.value, call.args(2)) && std::to_string(transaction.nonce) == call.args(3) &&
                    is_gwei(transaction.fee(intrinsic_gas(transaction.data)), call.args(4));
  return same ? std::optional(transaction) : std::nullopt;
}

}  // namespace

const BlockView& ChainView::add(const v1::Block& block) {
  if (block.height() == 1) {
    blocks_.front().hash = block.parent();
    by_hash_[block.parent()] = 0;
  }
  BlockView view;
  view.number = block.height();
  view.hash = block.hash();
  view.parent = block.parent();
  view.state_root = block.state_root();
  view.transactions_root = block.transactions_root();
  view.receipts_root = block.receipts_root();
  view.seal = block.seal();
  view.time_ns = block.time_ns();
  view.size = block.ByteSizeLong();
  for (int i = 0; i < block.transactions_size(); ++i) {
    if (i >= block.receipts_size() || block.receipts(i).status() != v1::RECEIPT_STATUS_OK) continue;
    auto transaction = signed_in(block.transactions(i));
    if (!transaction) continue;
    const std::uint64_t gas = intrinsic_gas(transaction->data);
    view.gas_used += gas;
    view.transactions.push_back(std::make_shared<const MinedTransaction>(
        MinedTransaction{std::move(*transaction), view.number, view.transactions.size(), gas, view.gas_used}));
    transactions_[view.transactions.back()->transaction.hash] = view.transactions.back();
  }
  by_hash_[view.hash] = view.number;
  blocks_.push_back(std::move(view));
  forget();
  return blocks_.back();
}

void ChainView::forget() {
  while (blocks_.size() > 1 && (blocks_.size() > most_blocks || transactions_.size() > most_transactions)) {
    for (const MinedPtr& each : blocks_.front().transactions) transactions_.erase(each->transaction.hash);
    by_hash_.erase(blocks_.front().hash);
    blocks_.pop_front();
  }
}

const BlockView* ChainView::block(std::uint64_t number) const {
  if (number < blocks_.front().number || number > height()) return nullptr;
  return &blocks_[number - blocks_.front().number];
}

const BlockView* ChainView::block(const std::string& hash) const {
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : block(found->second);
}

MinedPtr ChainView::transaction(const std::string& hash) const {
  const auto found = transactions_.find(hash);
  return found == transactions_.end() ? nullptr : found->second;
}

}  // namespace bsn::edge::ethereum
