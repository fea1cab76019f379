#include "edge/ethereum/transaction_sender.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <utility>

#include "edge/ethereum/ethereum_json.h"
#include "edge/json_error.h"
#include "proto/codec.h"

namespace bsn::edge::ethereum {
namespace {

constexpr std::chrono::seconds read_timeout{30};
constexpr std::chrono::minutes submit_timeout{10};
constexpr int most_attempts = 100;
constexpr std::size_t most_raw_bytes = 32 * 1024;

// Geth's code for a transaction that its pool does not take.
RpcError refused(std::string why) { return {-32000, std::move(why)}; }

// What is wrong with a transaction whatever the state is; nullopt: nothing.
std::optional<RpcError> check(const SignedTransaction& transaction, std::uint64_t chain_id) {
  if (transaction.chain_id != 0 && transaction.chain_id != chain_id) {
    return refused("invalid sender: signed for chain " + std::to_string(transaction.chain_id) + ", this is chain " +
                   std::to_string(chain_id));
  }
  if (transaction.to.empty()) return refused("contracts can't be created: transfers of ether are simulated, no EVM is");
  if (transaction.gas < intrinsic_gas(transaction.data)) return refused("intrinsic gas too low");
  if (transaction.gas > block_gas_limit) return refused("exceeds block gas limit");
  if (transaction.gas_price == 0) return refused("transaction underpriced");
  if (transaction.value % wei_per_gwei != 0 || transaction.gas_price % wei_per_gwei != 0) {
    return refused("value and gas price must be whole gwei: the simulated ledger counts in gwei");
  }
  constexpr std::uint64_t most_gwei = std::numeric_limits<std::uint64_t>::max();
  if (transaction.value / wei_per_gwei > most_gwei ||
      transaction.gas_price / wei_per_gwei > most_gwei / block_gas_limit) {
    return refused("insufficient funds for gas * price + value");
  }
  return std::nullopt;
}

v1::SubmitRequest call_of(const SignedTransaction& transaction, const ChainName& chain) {
  v1::SubmitRequest call;
  *call.mutable_chain() = encode(chain);
  call.set_contract("ether");
  call.set_function("transfer");
  call.add_args(hex(transaction.from));
  call.add_args(hex(transaction.to));
  call.add_args(Wei(transaction.value / wei_per_gwei).str());
  call.add_args(std::to_string(transaction.nonce));
  call.add_args(Wei(transaction.fee(intrinsic_gas(transaction.data)) / wei_per_gwei).str());
  call.add_args(fee_account);
  call.add_args(transaction.raw);
  call.set_idempotency_key(hex(transaction.hash).substr(2));
  call.set_level(v1::LEVEL_COMMITTED);
  return call;
}

std::variant<AccountState, h2::Outcome> account_of(std::string_view bytes) {
  v1::Reply reply;
  std::uint64_t balance = 0, nonce = 0;
  bool good = reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const std::string& text = reply.value();
  const auto first = std::from_chars(text.data(), text.data() + text.size(), balance);
  good = good && first.ec == std::errc() && first.ptr != text.data() + text.size();
  if (good) good = std::from_chars(first.ptr + 1, text.data() + text.size(), nonce).ec == std::errc();
  if (!good) return h2::Outcome(h2::Code::internal, "the account can't be read");
  return AccountState{Wei(balance) * wei_per_gwei, nonce};
}

}  // namespace

void read_account(const DialectPlace& place, const Caller& caller, const std::string& address, OnAccount done) {
  v1::QueryRequest request;
  *request.mutable_chain() = encode(place.chain.chain);
  request.set_contract("ether");
  request.set_function("account");
  request.add_args(address);
  request.set_level(v1::LEVEL_FINAL);
  const auto told = std::make_shared<OnAccount>(std::move(done));
  InnerCall::start(
      place.home, place.methods, "/bsn.v1.Gateway/Query", request, caller, read_timeout,
      [told](std::string_view bytes) { (*told)(account_of(bytes)); },
      [told](const h2::Outcome& outcome) {
        if (outcome.code != 0) (*told)(outcome);
      });
}

RpcError error_of(const h2::Outcome& outcome) {
  const unsigned status = http_status(outcome.code);
  const Duration retry_after = advice_of(outcome).retry_after;
  if (status == 401 || status == 403) return {-32097, outcome.message, 401, retry_after};
  if (status == 429) return {-32098, outcome.message, 429, retry_after};
  return {-32099, outcome.message, status >= 503 ? 503u : 500u, retry_after};
}

void TransactionSender::send(const Caller& caller, const std::string& raw, RpcDone done) {
  if (stopped_) return done(RpcError{-32099, "the gateway is shutting down", 503});
  if (raw.size() > most_raw_bytes) return done(refused("oversized data"));
  auto parsed = parse_transaction(raw);
  if (!parsed) return done(refused(parsed.error().message));
  if (auto wrong = check(*parsed, place_.chain.native.chain_id)) return done(std::move(*wrong));
  const std::string from = hex(parsed->from);
  read_account(place_, caller, from,
               [this, caller, transaction = std::move(*parsed), done = std::move(done)](const auto& read) {
                 if (const auto* failed = std::get_if<h2::Outcome>(&read)) return done(error_of(*failed));
                 admit(transaction, caller, std::get<AccountState>(read), done);
               });
}

void TransactionSender::admit(SignedTransaction transaction, const Caller& caller, const AccountState& account,
                              const RpcDone& done) {
  const boost::json::value hash(hex(transaction.hash));
  if (pool_.find(transaction.hash)) return done(hash);
  if (transaction.value + transaction.fee(transaction.gas) > account.balance) {
    return done(refused("insufficient funds for gas * price + value"));
  }
  const std::string sender = transaction.from;
  using Verdict = TransactionPool::Verdict;
  switch (pool_.add(std::move(transaction), caller, account.nonce, std::chrono::steady_clock::now())) {
    case Verdict::nonce_too_low:
      return done(refused("nonce too low"));
    case Verdict::nonce_taken:
      return done(refused("replacement transaction underpriced: transactions are not replaced here"));
    case Verdict::full:
      return done(refused("txpool is full"));
    case Verdict::added:
    case Verdict::known:
      break;
  }
  bring_next(sender);
  done(hash);
}

void TransactionSender::bring_next(const std::string& sender) {
  if (stopped_) return;
  if (const PendingPtr pending = pool_.take(sender)) bring(pending);
}

void TransactionSender::bring(const PendingPtr& pending) {
  ++pending->attempts;
  const auto taken = std::make_shared<bool>(false);
  auto call = InnerCall::start(
      place_.home, place_.methods, "/bsn.v1.Gateway/Submit", call_of(pending->transaction, place_.chain.chain),
      pending->caller, submit_timeout, [](std::string_view) {},
      [this, pending, taken](const h2::Outcome& outcome) {
        *taken = true;
        calls_.erase(pending->transaction.hash);
        ended(pending, outcome);
      });
  if (!*taken) calls_[pending->transaction.hash] = std::move(call);
}

void TransactionSender::ended(const PendingPtr& pending, const h2::Outcome& outcome) {
  const std::string sender = pending->transaction.from;
  const auto status = static_cast<Status>(outcome.code);
  const bool may_pass_later = status == Status::resource_exhausted || !certainly_no_effect(status);
  if (outcome.code == 0) {
    pool_.committed(pending);
  } else if (may_pass_later && pending->attempts < most_attempts) {
    return try_again(pending, advice_of(outcome).retry_after);
  } else {
    pool_.dropped(pending);
  }
  bring_next(sender);
}

void TransactionSender::try_again(const PendingPtr& pending, Duration pause) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(place_.home.io());
  timer->expires_after(std::chrono::nanoseconds(std::max(pause, seconds(1)).ns));
  timer->async_wait([this, pending, timer](const boost::system::error_code&) {
    if (!stopped_) bring(pending);
  });
}

void TransactionSender::mined(const SignedTransaction& transaction) {
  pool_.mined(transaction);
  bring_next(transaction.from);
}

void TransactionSender::stop() {
  stopped_ = true;
  for (const auto& [hash, call] : std::exchange(calls_, {})) call->cancel();
}

}  // namespace bsn::edge::ethereum
