#include "sim/invariant_chain.h"

#include <algorithm>
#include <utility>

namespace bsn {

TransactionHalf transaction_half(const Digest& id) {
  TransactionHalf half;
  std::copy_n(id.bytes.begin(), half.size(), half.begin());
  return half;
}

ChainJudge::ChainJudge(ChainSpec spec, const MakeAuditor& make_auditor)
    : spec_(std::move(spec)), auditor_(make_auditor(spec_)), first_(1, 0) {}

std::string ChainJudge::place(Height height) const {
  return to_string(spec_.name) + " height " + std::to_string(height);
}

void ChainJudge::block_stored(CityIndex peer, const Block& block, Verdicts& verdicts) {
  const Height height = block.header.height;
  if (height == 0 || height > hashes_.size() + 1) {
    verdicts.hash.checked();
    verdicts.hash.violated([&] {
      return place(height) + ": stored by city " + std::to_string(peer.value) + " behind a gap after height " +
             std::to_string(hashes_.size());
    });
    return;
  }
  verdicts.mono.checked();
  if (height <= tip_of(peer)) compare_repeated(peer, block, verdicts.mono);
  if (peer.value >= tips_.size()) tips_.resize(peer.value + 1);
  tips_[peer.value] = height;
  if (height <= hashes_.size()) {
    compare_copy(peer, block, verdicts);
  } else {
    add_block(peer, block, verdicts);
  }
}

void ChainJudge::compare_copy(CityIndex peer, const Block& block, Verdicts& verdicts) const {
  const Height height = block.header.height;
  verdicts.agr.checked();
  if (block.hash != hashes_[height - 1]) {
    verdicts.agr.violated([&] {
      return place(height) + ": city " + std::to_string(peer.value) + " has " + to_hex(block.hash) + ", another peer " +
             to_hex(hashes_[height - 1]);
    });
    return;
  }
  verdicts.hash.checked();
  if (same_transactions(block)) return;
  verdicts.hash.violated([&] {
    return place(height) + ": the transactions at city " + std::to_string(peer.value) + " are not those of the hash";
  });
}

// The peer had a final block of this height before. Which one it was is not kept: if it was another one than the
// chain's, AGR has said so.
void ChainJudge::compare_repeated(CityIndex peer, const Block& block, Verdict& mono) const {
  if (block.hash == hashes_[block.header.height - 1]) return;
  mono.violated([&] {
    return place(block.header.height) + ": city " + std::to_string(peer.value) + " had a final block and stored " +
           to_hex(block.hash) + " in its place";
  });
}

void ChainJudge::undone(CityIndex peer, Height keep, Verdict& mono) const {
  mono.checked();
  if (keep >= tip_of(peer)) return;
  mono.violated([&] {
    return place(tip_of(peer)) + ": was final at city " + std::to_string(peer.value) + ", which undid all above " +
           std::to_string(keep);
  });
}

void ChainJudge::was_final(CityIndex peer, Height height, const Digest& hash, Verdict& mono) const {
  mono.checked();
  if (height <= tip_of(peer) && hash == hashes_[height - 1]) return;
  mono.violated([&] {
    return place(height) + ": city " + std::to_string(peer.value) + " called " + to_hex(hash) +
           " final, and does not have it";
  });
}

bool ChainJudge::same_transactions(const Block& block) const {
  const std::uint64_t first = first_[block.header.height - 1];
  const std::uint64_t count = first_[block.header.height] - first;
  if (block.transactions.size() != count || block.receipts.size() != count) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (transaction_half(block.transactions[i]->id) != transactions_[first + i]) return false;
  }
  return true;
}

void ChainJudge::add_block(CityIndex peer, const Block& block, Verdicts& verdicts) {
  check_header(peer, block, verdicts);
  replay(block, verdicts);
  check_executions(block, verdicts);
  hashes_.push_back(block.hash);
  for (const TransactionPtr& transaction : block.transactions)
    transactions_.push_back(transaction_half(transaction->id));
  first_.push_back(transactions_.size());
}

// What can be said of a block without executing it; goes on after a block that did not replay.
void ChainJudge::check_header(CityIndex peer, const Block& block, Verdicts& verdicts) {
  const Height height = block.header.height;
  const auto wrong = [&](const char* what) {
    verdicts.hash.violated(
        [&] { return place(height) + " at city " + std::to_string(peer.value) + ": " + std::string(what); });
  };
  verdicts.hash.checked();
  if (header_digest(block.header) != block.hash) {
    wrong("the hash is not that of the header");
  } else if (height > 1 && block.header.parent != hashes_.back()) {
    wrong("the parent is not the block before");
  } else if (block.receipts.size() != block.transactions.size()) {
    wrong("there is not one receipt for each transaction");
  }
}

void ChainJudge::replay(const Block& block, Verdicts& verdicts) {
  if (!auditor_) return;
  verdicts.hash.checked();
  if (const Result<Done> done = auditor_->apply(block); !done) {
    verdicts.hash.violated([&] { return place(block.header.height) + ": " + done.error().message; });
    auditor_.reset();  // what follows a block that can't be replayed can't be replayed either
    return;
  }
  check_balances(block, verdicts);
}

// A block without transactions leaves every balance as it was.
void ChainJudge::check_balances(const Block& block, Verdicts& verdicts) {
  if (block.transactions.empty() && block.header.height > 1) return;
  verdicts.bank.checked();
  if (const Result<Done> done = auditor_->check_balances(); !done) {
    verdicts.bank.violated([&] { return place(block.header.height) + ": " + done.error().message; });
  }
}

void ChainJudge::check_executions(const Block& block, Verdicts& verdicts) {
  const std::size_t count = std::min(block.transactions.size(), block.receipts.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (block.receipts[i].status == ReceiptStatus::duplicate) continue;
    const Transaction& transaction = *block.transactions[i];
    verdicts.xo.checked();
    if (executed_[transaction.project].insert(transaction.idempotency_key).second) continue;
    verdicts.xo.violated([&] {
      return place(block.header.height) + ": key '" + transaction.idempotency_key + "' of project '" +
             transaction.project + "' was executed a second time";
    });
  }
}

std::optional<TransactionHalf> ChainJudge::transaction_at(Height height, std::uint32_t index) const {
  if (height == 0 || height > hashes_.size()) return std::nullopt;
  const std::uint64_t at = first_[height - 1] + index;
  if (at >= first_[height]) return std::nullopt;
  return transactions_[at];
}

Height ChainJudge::held_height() const {
  const auto highest = std::max_element(tips_.begin(), tips_.end());
  return highest == tips_.end() ? 0 : *highest;
}

}  // namespace bsn
