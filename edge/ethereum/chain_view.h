// The final blocks of a chain as Ethereum's clients see them: by number and hash, and their transactions by hash.
//
// Only what a wallet signed counts as a transaction: a call of contract "ether" that was executed and whose arguments
// are those of the signed bytes in it. Bounds: the newest `most_blocks` blocks with `most_transactions` transactions in
// all, about 1 KiB each; older ones are forgotten. Not for several threads.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "edge/ethereum/signed_transaction.h"
#include "proto/call.pb.h"

namespace bsn::edge::ethereum {

struct MinedTransaction {
  SignedTransaction transaction;
  std::uint64_t block = 0;  // number
  std::uint64_t index = 0;  // in it
  std::uint64_t gas_used = 0;
  std::uint64_t gas_used_up_to_here = 0;  // in the block
};
using MinedPtr = std::shared_ptr<const MinedTransaction>;

struct BlockView {
  std::uint64_t number = 0;
  std::string hash, parent;  // 32 bytes
  std::string state_root, transactions_root, receipts_root, seal;
  std::int64_t time_ns = 0;  // the proposer's clock
  std::uint64_t size = 0, gas_used = 0;
  std::vector<MinedPtr> transactions;
};

class ChainView {
 public:
  static constexpr std::size_t most_blocks = 65'536;
  static constexpr std::size_t most_transactions = 65'536;

  // The block after height().
  const BlockView& add(const v1::Block& block);

  std::uint64_t height() const { return blocks_.back().number; }

  // nullptr: not there (yet, or any more). Valid until the next add().
  const BlockView* block(std::uint64_t number) const;
  const BlockView* block(const std::string& hash) const;
  MinedPtr transaction(const std::string& hash) const;

 private:
  void forget();

  std::deque<BlockView> blocks_{BlockView{}};  // genesis first, of which only the hash is known, from its child
  std::unordered_map<std::string, std::uint64_t> by_hash_;
  std::unordered_map<std::string, MinedPtr> transactions_;
};

// Who is paid the fees: nobody has the key of it.
inline const std::string fee_account = "0x00000000000000000000000000000000000000fe";

}  // namespace bsn::edge::ethereum
