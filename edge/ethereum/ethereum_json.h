// Blocks, transactions and receipts in the form of Ethereum's JSON-RPC (ethereum.github.io/execution-apis), as of 2020:
// no baseFeePerGas, by which clients know to send legacy transactions.
#pragma once

#include <boost/json.hpp>

#include "edge/ethereum/chain_view.h"

namespace bsn::edge::ethereum {

inline constexpr std::uint64_t block_gas_limit = 10'000'000;

// `clock_offset_ns`: from the clock of blocks to that of Unix.
struct BlockForm {
  std::int64_t clock_offset_ns = 0;
  bool whole_transactions = false;  // else their hashes
};
boost::json::object block_json(const BlockView& block, const BlockForm& form);

// What newHeads tells of a block.
boost::json::object head_json(const BlockView& block, std::int64_t clock_offset_ns);

// `block`: nullptr: it is in none yet.
boost::json::object transaction_json(const SignedTransaction& transaction, const BlockView* block, std::uint64_t index);

boost::json::object receipt_json(const MinedTransaction& mined, const BlockView& block);

}  // namespace bsn::edge::ethereum
