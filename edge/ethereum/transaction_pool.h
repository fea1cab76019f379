// Transactions that wallets have sent and no final block has yet, by sender and nonce.
//
// Of each sender one is under way to the chain at a time, in the order of the nonces: the chain executes nothing that
// came too early, and never tries it again. One that leaves a gap waits for the gap to be filled. Nothing is replaced.
// Bounds: `most` in all, `most_of_one` of a sender; those that wait longer than an hour make room when it is full. Does
// not outlive the process. Not for several threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "edge/caller.h"
#include "edge/ethereum/signed_transaction.h"

namespace bsn::edge::ethereum {

struct PendingTransaction {
  SignedTransaction transaction;
  Caller caller;  // whose call it is
  std::chrono::steady_clock::time_point since;
  int attempts = 0;        // to bring it to the chain
  bool committed = false;  // it is in a block, which is not final yet
};
using PendingPtr = std::shared_ptr<PendingTransaction>;

class TransactionPool {
 public:
  static constexpr std::size_t most = 1'024;
  static constexpr std::size_t most_of_one = 64;

  enum class Verdict : std::uint8_t { added, known, nonce_too_low, nonce_taken, full };

  // `nonce`: the sender's, as the chain has it.
  Verdict add(SignedTransaction transaction, Caller caller, std::uint64_t nonce,
              std::chrono::steady_clock::time_point now);

  // The sender's next transaction to bring to the chain; nullptr: none, or another one is under way. Ended by
  // committed() or dropped().
  PendingPtr take(const std::string& sender);
  void committed(const PendingPtr& pending);
  void dropped(const PendingPtr& pending);

  // This transaction is in a final block.
  void mined(const SignedTransaction& transaction);

  // The nonce that the sender's next transaction should have, when the chain says `nonce`.
  std::uint64_t next_nonce(const std::string& sender, std::uint64_t nonce) const;

  PendingPtr find(const std::string& hash) const;
  bool empty() const { return by_hash_.empty(); }

 private:
  struct Sender {
    std::uint64_t next = 0;  // nonce of what the chain executes next
    bool under_way = false;
    std::map<std::uint64_t, PendingPtr> waiting;
  };

  void raise(Sender& sender, std::uint64_t nonce);
  void remove(const PendingPtr& pending);
  void drop_old(std::chrono::steady_clock::time_point now);

  std::unordered_map<std::string, Sender> senders_;  // those with transactions here
  std::unordered_map<std::string, PendingPtr> by_hash_;
};

}  // namespace bsn::edge::ethereum
