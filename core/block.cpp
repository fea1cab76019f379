#include "core/block.h"

#include <utility>

#include "core/merkle.h"

namespace bsn {

Digest key_digest(std::string_view project, std::string_view idempotency_key) {
  CanonicalBytes bytes("bsn/key/v1");
  return bytes.add(project).add(idempotency_key).digest();
}

TransactionPtr make_transaction(const ChainName& chain, Transaction parts) {
  CanonicalBytes body("bsn/body/v1");
  std::size_t size = 64 + parts.contract.size() + parts.function.size();
  for (const std::string& arg : parts.args) size += 4 + arg.size();
  body.reserve(size);
  body.add(parts.contract).add(parts.function).add(static_cast<std::uint64_t>(parts.args.size()));
  for (const std::string& arg : parts.args) body.add(arg);
  parts.body = body.digest();
  CanonicalBytes whole("bsn/transaction/v1");
  whole.add(chain.network).add(chain.chain).add(parts.project).add(parts.idempotency_key);
  whole.add(parts.body);
  parts.id = whole.digest();
  parts.key = key_digest(parts.project, parts.idempotency_key);
  parts.size = static_cast<std::uint32_t>(body.bytes().size() + whole.bytes().size());
  return std::make_shared<const Transaction>(std::move(parts));
}

TransactionPtr make_transaction(const Call& call) {
  Transaction parts;
  parts.project = call.project;
  parts.contract = call.contract;
  parts.function = call.function;
  parts.args = call.args;
  parts.idempotency_key = call.idempotency_key;
  return make_transaction(call.chain, std::move(parts));
}

ProposalPtr make_proposal(Proposal parts) {
  auto proposal = std::make_shared<Proposal>(std::move(parts));
  proposal->kept.value = proposal_digest(*proposal);
  return proposal;
}

ProposalPtr proposal_of(const Block& block, const Digest& parent) {
  const BlockHeader& header = block.header;
  return make_proposal({header.height, parent, header.time, header.proposer, block.transactions, header.seal});
}

// A seal is the last field and only there when it is not empty.
Digest proposal_digest(const Proposal& proposal) {
  if (!proposal.kept.value.is_zero()) return proposal.kept.value;
  CanonicalBytes bytes("bsn/proposal/v1");
  bytes.add(proposal.height).add(proposal.parent);
  bytes.add(static_cast<std::uint64_t>(proposal.time.ns));
  bytes.add(static_cast<std::uint64_t>(proposal.proposer.value));
  bytes.add(transactions_root(proposal.transactions));
  if (!proposal.seal.empty()) bytes.add(proposal.seal);
  return bytes.digest();
}

Digest header_digest(const BlockHeader& header) {
  CanonicalBytes bytes("bsn/block/v1");
  bytes.add(header.height).add(header.parent).add(header.transactions_root);
  bytes.add(header.receipts_root).add(header.state_root);
  bytes.add(static_cast<std::uint64_t>(header.time.ns));
  bytes.add(static_cast<std::uint64_t>(header.proposer.value));
  if (!header.seal.empty()) bytes.add(header.seal);
  return bytes.digest();
}

Digest receipt_digest(const Receipt& receipt) {
  CanonicalBytes bytes("bsn/receipt/v1");
  bytes.add(receipt.transaction).add(static_cast<std::uint64_t>(receipt.status));
  bytes.add(receipt.value);
  return bytes.digest();
}

Digest transactions_root(const std::vector<TransactionPtr>& transactions) {
  std::vector<Digest> leaves;
  leaves.reserve(transactions.size());
  for (const TransactionPtr& transaction : transactions) {
    leaves.push_back(merkle_leaf(transaction->id));
  }
  return merkle_root(leaves);
}

Digest receipts_root(const std::vector<Receipt>& receipts) {
  std::vector<Digest> leaves;
  leaves.reserve(receipts.size());
  for (const Receipt& receipt : receipts) {
    leaves.push_back(merkle_leaf(receipt_digest(receipt)));
  }
  return merkle_root(leaves);
}

}  // namespace bsn
