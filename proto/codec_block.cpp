// Transactions, proposals and blocks: whatever follows from content is computed again.
#include <utility>

#include "proto/codec.h"
#include "proto/codec_checks.h"

namespace bsn {
namespace {

template <class Messages>
std::vector<TransactionPtr> decode_transactions(Checks& checks, const Messages& messages, const ChainName& chain) {
  std::vector<TransactionPtr> transactions;
  checks.require(messages.size() <= WireLimits::transactions, "has too many transactions");
  if (!checks.ok()) return transactions;
  transactions.reserve(static_cast<std::size_t>(messages.size()));
  for (const v1::Transaction& message : messages) {
    transactions.push_back(checks.take(decode_transaction(message, chain)));
    if (!checks.ok()) break;
  }
  return transactions;
}

v1::Receipt encode(const Receipt& receipt) {
  v1::Receipt message;
  message.set_transaction(bsn::encode(receipt.transaction));
  message.set_status(static_cast<v1::ReceiptStatus>(receipt.status));
  message.set_value(receipt.value);
  return message;
}

Receipt decode_receipt(Checks& checks, const v1::Receipt& message) {
  Receipt receipt;
  receipt.transaction = checks.required_digest(message.transaction(), "receipt.transaction");
  receipt.status =
      checks.enum_up_to(ReceiptStatus::duplicate, static_cast<std::uint64_t>(message.status()), "receipt.status");
  receipt.value = checks.text(message.value(), WireLimits::value_bytes, "receipt.value");
  return receipt;
}

BlockHeader decode_header(Checks& checks, const v1::Block& message) {
  BlockHeader header;
  header.height = message.height();
  header.parent = checks.digest(message.parent(), "parent");
  header.transactions_root = checks.required_digest(message.transactions_root(), "transactions_root");
  header.receipts_root = checks.required_digest(message.receipts_root(), "receipts_root");
  header.state_root = checks.digest(message.state_root(), "state_root");
  header.time = {checks.duration(message.time_ns(), "time_ns").ns};
  header.proposer = {message.proposer()};
  header.seal = checks.text(message.seal(), seal_bytes_max, "seal");
  checks.require(header.height > 0, "height is 0");
  return header;
}

// What makes a block whole: its hash is its header's, and the header's roots are its content's.
void check_whole(Checks& checks, const Block& block) {
  if (!checks.ok()) return;
  checks.require(block.hash == header_digest(block.header), "hash is not the header's");
  checks.require(block.receipts.size() == block.transactions.size(), "has not one receipt per transaction");
  checks.require(block.header.transactions_root == transactions_root(block.transactions),
                 "transactions_root is not that of its transactions");
  checks.require(block.header.receipts_root == receipts_root(block.receipts),
                 "receipts_root is not that of its receipts");
}

}  // namespace

v1::Transaction encode(const Transaction& transaction) {
  v1::Transaction message;
  message.set_id(encode(transaction.id));
  message.set_project(transaction.project);
  message.set_contract(transaction.contract);
  message.set_function(transaction.function);
  for (const std::string& arg : transaction.args) message.add_args(arg);
  message.set_idempotency_key(transaction.idempotency_key);
  return message;
}

Result<TransactionPtr> decode_transaction(const v1::Transaction& message, const ChainName& chain) {
  Checks checks("Transaction");
  Transaction parts;
  parts.project = checks.text(message.project(), CallLimits::name_bytes, "project");
  parts.contract = checks.required_text(message.contract(), CallLimits::name_bytes, "contract");
  parts.function = checks.required_text(message.function(), CallLimits::name_bytes, "function");
  parts.idempotency_key = checks.required_text(message.idempotency_key(), CallLimits::name_bytes, "idempotency_key");
  checks.require(static_cast<std::size_t>(message.args_size()) <= CallLimits::args, "has too many args");
  std::size_t bytes = 0;
  for (const std::string& arg : message.args()) bytes += arg.size();
  checks.require(bytes <= CallLimits::total_bytes, "args are too long");
  const Digest id = checks.required_digest(message.id(), "id");
  if (!checks.ok()) return checks.give(TransactionPtr());
  parts.args.assign(message.args().begin(), message.args().end());
  TransactionPtr transaction = make_transaction(chain, std::move(parts));
  checks.require(transaction->id == id, "id is not that of its content on this chain");
  return checks.give(std::move(transaction));
}

v1::Proposal encode(const Proposal& proposal) {
  v1::Proposal message;
  message.set_height(proposal.height);
  message.set_parent(encode(proposal.parent));
  message.set_time_ns(proposal.time.ns);
  message.set_proposer(proposal.proposer.value);
  message.set_seal(proposal.seal);
  for (const TransactionPtr& transaction : proposal.transactions) *message.add_transactions() = encode(*transaction);
  return message;
}

Result<ProposalPtr> decode_proposal(const v1::Proposal& message, const ChainName& chain) {
  Checks checks("Proposal");
  Proposal proposal;
  proposal.height = message.height();
  proposal.parent = checks.digest(message.parent(), "parent");
  proposal.time = {checks.duration(message.time_ns(), "time_ns").ns};
  proposal.proposer = {message.proposer()};
  proposal.transactions = decode_transactions(checks, message.transactions(), chain);
  proposal.seal = checks.text(message.seal(), seal_bytes_max, "seal");
  checks.require(message.height() > 0, "height is 0");
  return checks.give(checks.ok() ? make_proposal(std::move(proposal)) : ProposalPtr());
}

v1::Block encode(const Block& block) {
  v1::Block message;
  message.set_height(block.header.height);
  message.set_hash(encode(block.hash));
  message.set_parent(encode(block.header.parent));
  message.set_transactions_root(encode(block.header.transactions_root));
  message.set_receipts_root(encode(block.header.receipts_root));
  message.set_state_root(encode(block.header.state_root));
  message.set_time_ns(block.header.time.ns);
  message.set_proposer(block.header.proposer.value);
  message.set_seal(block.header.seal);
  for (const TransactionPtr& transaction : block.transactions) *message.add_transactions() = encode(*transaction);
  for (const Receipt& receipt : block.receipts) *message.add_receipts() = encode(receipt);
  return message;
}

Result<BlockPtr> decode_block(const v1::Block& message, const ChainName& chain) {
  Checks checks("Block");
  auto block = std::make_shared<Block>();
  block->header = decode_header(checks, message);
  block->hash = checks.required_digest(message.hash(), "hash");
  checks.require(message.receipts_size() == message.transactions_size(), "has not one receipt per transaction");
  block->transactions = decode_transactions(checks, message.transactions(), chain);
  if (!checks.ok()) return checks.give(BlockPtr());
  block->receipts.reserve(static_cast<std::size_t>(message.receipts_size()));
  for (const v1::Receipt& receipt : message.receipts()) block->receipts.push_back(decode_receipt(checks, receipt));
  check_whole(checks, *block);
  return checks.give(BlockPtr(std::move(block)));
}

}  // namespace bsn
