#include "edge/ethereum/ethereum_dialect.h"

#include <map>
#include <utility>

#include "edge/ethereum/chain_feed.h"
#include "edge/ethereum/ethereum_json.h"
#include "edge/ethereum/head_subscriptions.h"
#include "edge/ethereum/transaction_sender.h"
#include "edge/json_error.h"
#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "rpc/reply_outcome.h"

namespace bsn::edge {
namespace ethereum {
namespace {

namespace json = boost::json;

// Chosen: what a transfer usually paid in 2020. Any whole number of gwei from 1 on is taken.
const Wei usual_gas_price = 20 * wei_per_gwei;

// From the clock of blocks, which all processes of this machine share, to that of Unix.
std::int64_t clock_offset() {
  const auto unix = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(unix).count() - monotonic_now().ns;
}

RpcError bad_parameter(std::size_t place, std::string_view what) {
  return {-32602, "invalid argument " + std::to_string(place) + ": " + std::string(what)};
}

// One request on its way through the dialect.
struct Request {
  Caller caller;
  std::weak_ptr<Subscriber> subscriber;
  json::array params;
  RpcDone done;

  // nullptr: it is not there, or null.
  const json::value* param(std::size_t place) const {
    return place < params.size() && !params[place].is_null() ? &params[place] : nullptr;
  }
  std::optional<std::string> text(std::size_t place) const {
    const json::value* value = param(place);
    return value && value->is_string() ? std::optional(std::string(value->as_string())) : std::nullopt;
  }
  // Bytes as hex; nullopt: there are not `size` of them.
  std::optional<std::string> bytes(std::size_t place, std::size_t size) const {
    const auto given = text(place);
    auto read = given ? parse_hex(*given) : std::nullopt;
    return read && read->size() == size ? read : std::nullopt;
  }
};

class EthereumDialect final : public Dialect {
 public:
  explicit EthereumDialect(const DialectPlace& place)
      : place_(place),
        sender_(place),
        feed_(
            place, [this](const BlockView& block) { on_block(block); },
            [this] { return heads_.any() || !sender_.pool().empty(); }) {}

  void answer(DialectRequest request, Done done) override {
    const auto handler = [this, caller = std::move(request.caller), subscriber = std::move(request.subscriber)](
                             const std::string& method, const json::array& params, RpcDone answered) {
      start(method, {caller, subscriber, params, std::move(answered)});
    };
    serve_json_rpc(request.body, handler, [done = std::move(done)](RpcAnswer answer) {
      done({answer.status, std::move(answer.body), answer.retry_after});
    });
  }

  DialectAnswer refuse(const Reply& refused) const override {
    const RpcError error = error_of(outcome_of(refused));
    return {error.status, rpc_error(error), error.retry_after};
  }

  void drain() override {
    sender_.stop();
    feed_.stop();
  }

 private:
  using Method = void (EthereumDialect::*)(const Request&);
  struct Entry {
    Method method;
    bool calls;  // the method makes a call of the gateway, which is judged as every call: key, grant, rate and quota
  };
  static const std::map<std::string, Entry, std::less<>>& methods();

  // Judges what makes no call as if it did, and waits until the blocks are there.
  void start(const std::string& name, Request request) {
    const auto found = methods().find(name);
    if (found == methods().end()) {
      return request.done(RpcError{-32601, "the method " + name.substr(0, 64) + " does not exist/is not available"});
    }
    const Entry entry = found->second;
    if (entry.calls) return when_ready(entry.method, std::move(request));
    const Caller caller = request.caller;
    const auto shared = std::make_shared<Request>(std::move(request));
    place_.door.admit(caller, place_.chain.chain, [this, entry, shared](const std::optional<Reply>& refused) {
      place_.home.post([this, entry, shared, refused] {
        if (refused) return shared->done(error_of(outcome_of(*refused)));
        when_ready(entry.method, std::move(*shared));
      });
    });
  }

  void when_ready(Method method, Request request) {
    const Caller caller = request.caller;
    feed_.when_ready(caller, [this, method, request = std::move(request)](const h2::Outcome& outcome) {
      if (outcome.code != 0) return request.done(error_of(outcome));
      (this->*method)(request);
    });
  }

  void on_block(const BlockView& block) {
    for (const MinedPtr& each : block.transactions) sender_.mined(each->transaction);
    heads_.tell(block, clock_offset_ns_);
  }

  // ---- methods ----

  void chain_id(const Request& request) { request.done(json::value(quantity(place_.chain.native.chain_id))); }
  void net_version(const Request& request) { request.done(json::value(std::to_string(place_.chain.native.chain_id))); }
  void client_version(const Request& request) { request.done(json::value("bsnsim")); }
  void listening(const Request& request) { request.done(json::value(true)); }
  void syncing(const Request& request) { request.done(json::value(false)); }
  void accounts(const Request& request) { request.done(json::array()); }  // wallets keep their keys themselves
  void block_number(const Request& request) { request.done(json::value(quantity(view().height()))); }
  void gas_price(const Request& request) { request.done(json::value(quantity(usual_gas_price))); }

  void block_by_number(const Request& request) {
    const auto number = block_of_tag(request, 0);
    if (!number) return request.done(bad_parameter(0, "a block's number or tag"));
    give_block(request, view().block(*number));
  }
  void block_by_hash(const Request& request) {
    const auto hash = request.bytes(0, 32);
    if (!hash) return request.done(bad_parameter(0, "a hash of 32 bytes"));
    give_block(request, view().block(*hash));
  }
  void give_block(const Request& request, const BlockView* block) {
    if (!block) return request.done(json::value(nullptr));
    const json::value* whole = request.param(1);
    request.done(block_json(*block, {clock_offset_ns_, whole && whole->is_bool() && whole->as_bool()}));
  }

  void balance(const Request& request) {
    with_account(request, [](const Request& asked, const AccountState& account) {
      asked.done(json::value(quantity(account.balance)));
    });
  }
  void transaction_count(const Request& request) {
    with_account(request, [this](const Request& asked, const AccountState& account) {
      const bool pending = asked.text(1) == "pending";
      const std::uint64_t nonce =
          pending ? sender_.pool().next_nonce(*asked.bytes(0, 20), account.nonce) : account.nonce;
      asked.done(json::value(quantity(nonce)));
    });
  }
  void code(const Request& request) {
    if (!request.bytes(0, 20)) return request.done(bad_parameter(0, "an address of 20 bytes"));
    request.done(json::value("0x"));  // no account is a contract
  }

  template <class Use>
  void with_account(const Request& request, Use use) {
    const auto address = request.bytes(0, 20);
    if (!address) return request.done(bad_parameter(0, "an address of 20 bytes"));
    const auto number = request.params.size() > 1 ? block_of_tag(request, 1) : view().height();
    if (!number) return request.done(bad_parameter(1, "a block's number or tag"));
    if (*number != view().height()) {
      return request.done(RpcError{-32000, "missing trie node: only the state of the latest block is kept"});
    }
    read_account(place_, request.caller, hex(*address), [request, use](const auto& read) {
      if (const auto* failed = std::get_if<h2::Outcome>(&read)) return request.done(error_of(*failed));
      use(request, std::get<AccountState>(read));
    });
  }

  // A call of an address without code runs nothing and costs what it costs to send it.
  void call(const Request& request) {
    if (const auto data = data_of_call(request)) request.done(json::value("0x"));
  }
  void estimate_gas(const Request& request) {
    if (const auto data = data_of_call(request)) request.done(json::value(quantity(intrinsic_gas(*data))));
  }
  std::optional<std::string> data_of_call(const Request& request) {
    const json::value* given = request.param(0);
    const json::object* made = given ? given->if_object() : nullptr;
    if (!made) {
      request.done(bad_parameter(0, "a call is an object"));
      return std::nullopt;
    }
    const json::value* to = made->if_contains("to");
    if (!to || !to->is_string()) {
      request.done(RpcError{-32000, "without `to` this would create a contract; no EVM is simulated"});
      return std::nullopt;
    }
    const json::value* data = made->if_contains("input");
    if (!data) data = made->if_contains("data");
    if (!data || data->is_null()) return "";
    auto bytes = data->is_string() ? parse_hex(std::string(data->as_string())) : std::nullopt;
    if (!bytes) request.done(bad_parameter(0, "data is 0x and hex digits"));
    return bytes;
  }

  void send_raw(const Request& request) {
    const auto given = request.text(0);
    const auto raw = given ? parse_hex(*given) : std::nullopt;
    if (!raw) return request.done(bad_parameter(0, "a signed transaction is 0x and hex digits"));
    if (const MinedPtr mined = view().transaction(keccak256(*raw))) {
      return request.done(json::value(hex(mined->transaction.hash)));
    }
    sender_.send(request.caller, *raw, request.done);
  }

  void transaction_by_hash(const Request& request) {
    const auto hash = request.bytes(0, 32);
    if (!hash) return request.done(bad_parameter(0, "a hash of 32 bytes"));
    if (const MinedPtr mined = view().transaction(*hash)) {
      return request.done(transaction_json(mined->transaction, view().block(mined->block), mined->index));
    }
    const PendingPtr pending = sender_.pool().find(*hash);
    if (!pending) return request.done(json::value(nullptr));
    request.done(transaction_json(pending->transaction, nullptr, 0));
  }
  void receipt(const Request& request) {
    const auto hash = request.bytes(0, 32);
    if (!hash) return request.done(bad_parameter(0, "a hash of 32 bytes"));
    const MinedPtr mined = view().transaction(*hash);
    if (!mined) return request.done(json::value(nullptr));
    request.done(receipt_json(*mined, *view().block(mined->block)));
  }

  // Transfers log nothing, and there is nothing else.
  void logs(const Request& request) {
    const json::value* filter = request.param(0);
    if (!filter || !filter->is_object()) return request.done(bad_parameter(0, "a filter is an object"));
    request.done(json::array());
  }

  void subscribe(const Request& request) {
    if (request.subscriber.expired()) return request.done(RpcError{-32601, "notifications not supported over HTTP"});
    if (request.text(0) != "newHeads") return request.done(bad_parameter(0, "only newHeads can be subscribed to"));
    const auto id = heads_.add(request.subscriber);
    if (!id) return request.done(RpcError{-32005, "too many subscriptions"});
    request.done(json::value(*id));
  }
  void unsubscribe(const Request& request) {
    const auto id = request.text(0);
    request.done(json::value(id && heads_.remove(request.subscriber, *id)));
  }

  std::optional<std::uint64_t> block_of_tag(const Request& request, std::size_t place) const {
    const auto text = request.text(place);
    if (!text) return std::nullopt;
    for (const char* tag : {"latest", "pending", "safe", "finalized"}) {
      if (*text == tag) return view().height();
    }
    if (*text == "earliest") return 0;
    const auto number = parse_quantity(*text);
    if (!number || *number > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
  }

  const ChainView& view() const { return feed_.view(); }

  const DialectPlace place_;
  const std::int64_t clock_offset_ns_ = clock_offset();
  TransactionSender sender_;
  HeadSubscriptions heads_;
  ChainFeed feed_;
};

const std::map<std::string, EthereumDialect::Entry, std::less<>>& EthereumDialect::methods() {
  using D = EthereumDialect;
  static const std::map<std::string, Entry, std::less<>> table = {
      {"eth_accounts", {&D::accounts, false}},
      {"eth_blockNumber", {&D::block_number, false}},
      {"eth_call", {&D::call, false}},
      {"eth_chainId", {&D::chain_id, false}},
      {"eth_estimateGas", {&D::estimate_gas, false}},
      {"eth_gasPrice", {&D::gas_price, false}},
      {"eth_getBalance", {&D::balance, true}},
      {"eth_getBlockByHash", {&D::block_by_hash, false}},
      {"eth_getBlockByNumber", {&D::block_by_number, false}},
      {"eth_getCode", {&D::code, false}},
      {"eth_getLogs", {&D::logs, false}},
      {"eth_getTransactionByHash", {&D::transaction_by_hash, false}},
      {"eth_getTransactionCount", {&D::transaction_count, true}},
      {"eth_getTransactionReceipt", {&D::receipt, false}},
      {"eth_sendRawTransaction", {&D::send_raw, true}},
      {"eth_subscribe", {&D::subscribe, false}},
      {"eth_syncing", {&D::syncing, false}},
      {"eth_unsubscribe", {&D::unsubscribe, false}},
      {"net_listening", {&D::listening, false}},
      {"net_version", {&D::net_version, false}},
      {"web3_clientVersion", {&D::client_version, false}},
  };
  return table;
}

}  // namespace
}  // namespace ethereum

std::unique_ptr<Dialect> make_ethereum_dialect(const DialectPlace& place) {
  return std::make_unique<ethereum::EthereumDialect>(place);
}

}  // namespace bsn::edge
