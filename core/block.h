// Transactions, proposals and blocks.
//
// An engine agrees on a Proposal: an ordered list of transactions. The ledger executes it and seals the Block, whose
// header adds the roots of what came out. Every honest peer seals the same bytes, because execution is deterministic;
// the next proposal names the sealed block's hash as its parent and thereby pins the state root.
//
// Families whose chain grows as a tree (dpos, slot, pow) order without executing: there a proposal names its parent
// *proposal*, only the best chain is executed, and a sealed block can be turned back into its proposal. For that a
// proposal must not be older than its parent (else the block's time would not be the proposal's).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.h"
#include "core/digest.h"
#include "core/ids.h"
#include "core/time.h"

namespace bsn {

// A write that a chain orders. Made from a submit call; immutable once made, and shared instead of copied.
struct Transaction {
  std::string project;
  std::string contract;
  std::string function;
  std::vector<std::string> args;
  std::string idempotency_key;

  // Set by make_transaction and by the codec, never by hand.
  Digest id;               // over chain, project, key and body: the same call gives the same id
  Digest key;              // key_digest: what a chain executes at most once
  Digest body;             // over contract, function and args: tells a reused key from a retry
  std::uint32_t size = 0;  // canonical bytes, what block limits count
};
using TransactionPtr = std::shared_ptr<const Transaction>;

// What "the same (project, idempotency key)" means on one chain: injective, whatever bytes both hold.
Digest key_digest(std::string_view project, std::string_view idempotency_key);

// Computes id, key, body and size. `chain` is part of the id, so that no chain can be given another's transaction.
TransactionPtr make_transaction(const ChainName& chain, Transaction parts);
TransactionPtr make_transaction(const Call& call);

// The digest of whoever holds it, once it was computed; zero before. A copy starts without one: it may be changed.
struct KeptDigest {
  Digest value{};
  KeptDigest() = default;
  KeptDigest(const KeptDigest&) {}
  KeptDigest& operator=(const KeptDigest&) {
    value = {};
    return *this;
  }
};

// The most bytes that a seal may have.
inline constexpr std::size_t seal_bytes_max = 64 * 1024;

// What an engine orders: height, transactions, and who proposed it when.
struct Proposal {
  Height height = 0;
  Digest parent;  // BFT: hash of the block at height-1. Raft: zero. Tree families: digest of the proposal at
                  // height-1; zero at height 1
  Instant time;   // the proposer's clock when it was cut
  ValidatorIndex proposer;
  std::vector<TransactionPtr> transactions;
  std::string seal{};  // what a tree family adds (difficulty, slot, votes ...), in its canonical bytes; Raft, BFT: who
                       // votes (core/voters_seal.h); else empty
  KeptDigest kept{};   // filled by make_proposal, for proposal_digest
};
using ProposalPtr = std::shared_ptr<const Proposal>;

// Shares the proposal, with its digest computed. For whoever makes or decodes one.
ProposalPtr make_proposal(Proposal parts);

// Identity of a proposal, over all its fields and the ids of its transactions. Free when make_proposal made it.
Digest proposal_digest(const Proposal& proposal);

enum class ReceiptStatus : std::uint8_t {
  ok,
  refused,    // the contract said no: no effect
  duplicate,  // the same (project, key) was executed before: no effect
};

// What came out of one transaction. `value` is the contract's result, or its reason for refusing.
struct Receipt {
  Digest transaction;
  ReceiptStatus status = ReceiptStatus::ok;
  std::string value;
  bool operator==(const Receipt&) const = default;
};

struct BlockHeader {
  Height height = 0;
  Digest parent;
  Digest transactions_root;  // merkle_root over transaction ids
  Digest receipts_root;      // merkle_root over receipt digests
  Digest state_root;         // after this block
  Instant time;              // never before the parent's
  ValidatorIndex proposer;
  std::string seal{};  // the proposal's
  bool operator==(const BlockHeader&) const = default;
};

struct Block {
  BlockHeader header;
  std::vector<TransactionPtr> transactions;
  std::vector<Receipt> receipts;  // one per transaction, in order
  Digest hash;                    // of the header; set by whoever seals or decodes the block
};
using BlockPtr = std::shared_ptr<const Block>;

// The proposal that became this block; `parent` is the digest of the proposal before it. Tree families only.
ProposalPtr proposal_of(const Block& block, const Digest& parent);

Digest header_digest(const BlockHeader& header);
Digest receipt_digest(const Receipt& receipt);
Digest transactions_root(const std::vector<TransactionPtr>& transactions);
Digest receipts_root(const std::vector<Receipt>& receipts);

}  // namespace bsn
