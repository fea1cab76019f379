// Takes transactions from wallets and brings them to the chain: what eth_sendRawTransaction does.
//
// A transaction becomes a call of contract "ether" with the transaction's hash as idempotency key, so it is executed
// once however often it is sent. It is tried again, at the advised pace, until the chain has taken or refused it, at
// most `most_attempts` times. Threads: its loop's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "edge/dialect.h"
#include "edge/ethereum/transaction_pool.h"
#include "edge/inner_call.h"
#include "edge/json_rpc.h"

namespace bsn::edge::ethereum {

// An account of contract "ether", in a final block.
struct AccountState {
  Wei balance;
  std::uint64_t nonce = 0;
};
using OnAccount = std::function<void(std::variant<AccountState, h2::Outcome>)>;

// Reads it by the caller's key.
void read_account(const DialectPlace& place, const Caller& caller, const std::string& address, OnAccount done);

// The error of a refused or failed call of the gateway, with the codes of BSN's public service.
RpcError error_of(const h2::Outcome& outcome);

class TransactionSender {
 public:
  explicit TransactionSender(const DialectPlace& place) : place_(place) {}

  // `done` gets the transaction's hash once the pool has it, or why not.
  void send(const Caller& caller, const std::string& raw, RpcDone done);

  TransactionPool& pool() { return pool_; }

  // A final block has it. The sender's next one may go.
  void mined(const SignedTransaction& transaction);

  void stop();

 private:
  void admit(SignedTransaction transaction, const Caller& caller, const AccountState& account, const RpcDone& done);
  void bring_next(const std::string& sender);
  void bring(const PendingPtr& pending);
  void ended(const PendingPtr& pending, const h2::Outcome& outcome);
  void try_again(const PendingPtr& pending, Duration pause);

  const DialectPlace place_;
  TransactionPool pool_;
  std::unordered_map<std::string, std::shared_ptr<InnerCall>> calls_;  // under way, by hash: one per sender at most
  bool stopped_ = false;
};

}  // namespace bsn::edge::ethereum
