#include "edge/ethereum/ethereum_json.h"

namespace bsn::edge::ethereum {
namespace {

namespace json = boost::json;

const std::string no_hash = "0x" + std::string(64, '0');
const std::string no_logs = "0x" + std::string(512, '0');

// Keccak-256 of the RLP of an empty list: uncles stand in the seal here, not in a list of their own.
const std::string no_uncles = hex(keccak256("\xc0"));

std::string hash_or_none(const std::string& bytes) { return bytes.empty() ? no_hash : hex(bytes); }

json::value hash_or_null(const std::string& bytes) {
  return bytes.empty() ? json::value(nullptr) : json::value(hex(bytes));
}

}  // namespace

json::object head_json(const BlockView& block, std::int64_t clock_offset_ns) {
  const std::int64_t seconds = block.time_ns == 0 ? 0 : (block.time_ns + clock_offset_ns) / 1'000'000'000;
  return {{"number", quantity(block.number)},
          {"hash", hash_or_null(block.hash)},
          {"parentHash", hash_or_none(block.parent)},
          {"nonce", "0x0000000000000000"},
          {"mixHash", no_hash},
          {"sha3Uncles", no_uncles},
          {"logsBloom", no_logs},
          {"transactionsRoot", hash_or_none(block.transactions_root)},
          {"stateRoot", hash_or_none(block.state_root)},
          {"receiptsRoot", hash_or_none(block.receipts_root)},
          {"miner", fee_account},
          {"difficulty", "0x0"},  // the real one stands in the seal, in a form of its own
          {"extraData", hex(block.seal)},
          {"gasLimit", quantity(block_gas_limit)},
          {"gasUsed", quantity(block.gas_used)},
          {"timestamp", quantity(static_cast<std::uint64_t>(seconds))}};
}

json::object block_json(const BlockView& block, const BlockForm& form) {
  json::array transactions;
  for (const MinedPtr& each : block.transactions) {
    if (form.whole_transactions) {
      transactions.push_back(transaction_json(each->transaction, &block, each->index));
    } else {
      transactions.push_back(json::string(hex(each->transaction.hash)));
    }
  }
  json::object made = head_json(block, form.clock_offset_ns);
  made["size"] = quantity(block.size);
  made["totalDifficulty"] = "0x0";
  made["transactions"] = std::move(transactions);
  made["uncles"] = json::array();
  return made;
}

json::object transaction_json(const SignedTransaction& transaction, const BlockView* block, std::uint64_t index) {
  json::object made = {{"hash", hex(transaction.hash)},
                       {"type", "0x0"},
                       {"nonce", quantity(transaction.nonce)},
                       {"from", hex(transaction.from)},
                       {"to", hex(transaction.to)},
                       {"value", quantity(transaction.value)},
                       {"gas", quantity(transaction.gas)},
                       {"gasPrice", quantity(transaction.gas_price)},
                       {"input", hex(transaction.data)},
                       {"v", quantity(transaction.v)},
                       {"r", quantity(transaction.r)},
                       {"s", quantity(transaction.s)}};
  if (transaction.chain_id != 0) made["chainId"] = quantity(transaction.chain_id);
  made["blockHash"] = block ? json::value(hex(block->hash)) : json::value(nullptr);
  made["blockNumber"] = block ? json::value(quantity(block->number)) : json::value(nullptr);
  made["transactionIndex"] = block ? json::value(quantity(index)) : json::value(nullptr);
  return made;
}

json::object receipt_json(const MinedTransaction& mined, const BlockView& block) {
  return {{"transactionHash", hex(mined.transaction.hash)},
          {"transactionIndex", quantity(mined.index)},
          {"blockHash", hex(block.hash)},
          {"blockNumber", quantity(block.number)},
          {"from", hex(mined.transaction.from)},
          {"to", hex(mined.transaction.to)},
          {"gasUsed", quantity(mined.gas_used)},
          {"cumulativeGasUsed", quantity(mined.gas_used_up_to_here)},
          {"effectiveGasPrice", quantity(mined.transaction.gas_price)},
          {"contractAddress", nullptr},
          {"logs", json::array()},
          {"logsBloom", no_logs},
          {"type", "0x0"},
          {"status", "0x1"}};
}

}  // namespace bsn::edge::ethereum
