// The half of a chain peer that faces callers.
#include <string>

#include "node/chain_peer.h"

namespace bsn {
namespace {

constexpr Duration retry_when_full = milliseconds(500);
constexpr Duration retry_without_leader = seconds(1);

Reply retry_later(Status status, Reason reason, std::string message, Duration after) {
  Reply reply = refusal(status, reason, std::move(message));
  reply.retry_after = after;
  return reply;
}

}  // namespace

void ChainPeer::on(Instant now, const CallArrived& arrived, Outputs& out) {
  const OpenCall call{arrived.id, {}, now, now - arrived.received, arrived.deadline};
  if (arrived.deadline <= now) {
    answer(now, call, refusal(Status::deadline_exceeded, Reason::deadline, "it came after its deadline"), out);
  } else if (arrived.call.contract == facts_contract) {
    ask_facts(now, arrived, out);
  } else if (auto refused = check_contract_call(arrived.call)) {
    answer(now, call, std::move(*refused), out);
  } else if (arrived.call.operation == Operation::query) {
    answer(now, call, read(arrived.call), out);
  } else {
    submit(now, arrived, out);
  }
}

void ChainPeer::on(Instant, const CallCancelled& cancelled, Outputs&) {
  calls_.cancel(cancelled.id);
  facts_.cancel(cancelled.id);
}

void ChainPeer::submit(Instant now, const CallArrived& arrived, Outputs& out) {
  const TransactionPtr transaction = make_transaction(arrived.call);
  const OpenCall call{arrived.id, transaction->id, now, now - arrived.received, arrived.deadline, arrived.call.level};
  if (is_open(transaction->id)) return submit_open(now, call, transaction, out);
  std::optional<Reply> reply = known_result(*transaction);
  if (!reply && arrived.call.level != Level::accepted) reply = refuse_to_wait(now, *transaction);
  if (!reply) reply = admit(now, transaction);
  if (reply) return answer(now, call, std::move(*reply), out);
  if (arrived.call.level == Level::accepted) {
    accept(now, transaction, out);
    Reply accepted;
    accepted.transaction = transaction->id;
    answer(now, call, std::move(accepted), out);
  } else {
    calls_.add(call);
  }
  if (engine_) drain_engine(now, out);
}

// A write that was executed before, or whose key was.
std::optional<Reply> ChainPeer::known_result(const Transaction& transaction) const {
  if (ledger_.find(transaction.id)) return result_of(transaction.id);
  if (ledger_.find_key(transaction.key)) return key_reused(transaction.id);
  return std::nullopt;
}

std::optional<Reply> ChainPeer::refuse_to_wait(Instant now, const Transaction& transaction) const {
  if (calls_.full()) {
    // An earlier attempt's transaction may still be executed: then nobody may say that there is no effect.
    const Status status = mempool_.contains(transaction.id) ? Status::unavailable : Status::resource_exhausted;
    return retry_later(status, Reason::mempool_full, "too many calls wait for a block here", retry_when_full);
  }
  if (!tree_ && to_leader_only() && !leader_ && now - leaderless_since_ >= leaderless_grace_) {
    return retry_later(Status::unavailable, Reason::no_leader, "the chain has no leader that this peer knows",
                       retry_without_leader);
  }
  return std::nullopt;
}

// Takes the transaction into the mempool, or says why not.
std::optional<Reply> ChainPeer::admit(Instant now, const TransactionPtr& transaction) {
  switch (mempool_.add(transaction, now)) {
    case Mempool::Added::fresh:
      ++work_.verified;
      forwarder_.add(transaction, true, now);
      return std::nullopt;
    case Mempool::Added::known:
      return std::nullopt;
    case Mempool::Added::key_reused:
      return key_reused(transaction->id);
    case Mempool::Added::full:
      return retry_later(Status::resource_exhausted, Reason::mempool_full, "the mempool is full", retry_when_full);
    case Mempool::Added::too_big:
      break;
  }
  return refusal(Status::invalid_argument, Reason::malformed, "the transaction is larger than a block may be");
}

void ChainPeer::accept(Instant now, const TransactionPtr& transaction, Outputs& out) {
  if (!mempool_.pin(transaction->id)) return;  // accepted before, hence durable
  forwarder_.add(transaction, true, now);      // it may have come from another peer that forgets it
  out.push_back(Persist{AcceptedWrite{transaction}});
}

Reply ChainPeer::read(const Call& call) const {
  const bool final = call.level == Level::final_;
  ContractOutcome outcome = final ? ledger_.query_final(call) : ledger_.query(call);
  Reply reply;
  if (outcome.ok) {
    reply.value = std::move(outcome.value);
  } else {
    reply = refusal(Status::failed_precondition, Reason::contract_refused, std::move(outcome.value));
  }
  reply.height = final ? ledger_.final_height() : ledger_.height();
  reply.state_root = ledger_.state_root(reply.height);
  return reply;
}

void ChainPeer::answer(Instant now, const OpenCall& call, Reply reply, Outputs& out) const {
  if (reply.transaction.is_zero()) reply.transaction = call.transaction;
  reply.split.node_queue = call.node_queue;
  reply.split.consensus = now - call.taken_up;
  out.push_back(Answer{call.id, std::move(reply)});
}

void ChainPeer::answer_waiting(Instant now, const Digest& transaction, const Reply& reply, Outputs& out,
                               Level reached) {
  for (const OpenCall& call : calls_.take(transaction, reached)) answer(now, call, reply, out);
}

// Of very many peers few have a caller: only for one it is worth looking up what came of the transaction.
void ChainPeer::answer_executed(Instant now, const Digest& transaction, Outputs& out, Level reached) {
  if (calls_.waits_for(transaction)) answer_waiting(now, transaction, result_of(transaction), out, reached);
}

void ChainPeer::expire_calls(Instant now, Outputs& out) {
  for (const OpenCall& call : calls_.take_expired(now)) {
    answer(now, call, refusal(Status::deadline_exceeded, Reason::deadline, "in no block before the deadline"), out);
  }
  for (const OpenCall& call : facts_.take_expired(now)) {
    answer(now, call, refusal(Status::deadline_exceeded, Reason::deadline, "too few validators signed in time"), out);
  }
}

}  // namespace bsn
