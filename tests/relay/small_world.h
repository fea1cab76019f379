// A world of a few chains with two hubs, one with acknowledgements and one without, for the tests of relaying.
#pragma once

#include <string>

#include "core/packet_call.h"
#include "node/xchain_value.h"
#include "sim/ledger_world/ledger_world.h"

namespace bsn {

inline const ChainName fabric{"fabric", "supply-chain"};
inline const ChainName ethereum{"ethereum", "main"};
inline const ChainName neo{"neo", "main"};
inline const ChainName irita{"irita-hub", "main"};
inline const ChainName poly{"poly-enterprise", "main"};

inline LedgerWorldSpec small_world_spec() {
  LedgerWorldSpec spec;
  spec.ends = {{fabric, {3, 1, 2, 0}}, {ethereum, {1, 2, 3, 3}}, {neo, {4, 2, 3, 0}}};
  ChannelRules one_way;
  one_way.acknowledged = false;
  spec.hubs = {{irita, {4, 2, 3, 0}, {}}, {poly, {7, 2, 3, 0}, one_way}};
  spec.accounts = {{"alice", 1000}, {"bob", 1000}};
  return spec;
}

// A transfer that times out by the destination's time, where the hub has time-outs.
inline Packet transfer_of(const ChainName& hub, const ChainName& from, const ChainName& to, std::uint64_t amount,
                          const ChainName& asset, Instant timeout) {
  Packet packet{hub, from, to, 0, {0, timeout}, TransferBody{asset, "alice", "bob", amount}};
  return packet;
}

inline Call xchain_call(const ChainName& chain, std::string function, std::vector<std::string> args, std::string key) {
  Call call;
  call.operation = Operation::submit;
  call.project = "demo";
  call.chain = chain;
  call.contract = "xchain";
  call.function = std::move(function);
  call.args = std::move(args);
  call.idempotency_key = std::move(key);
  return call;
}

inline void send(LedgerWorld& world, const Packet& packet, const std::string& key) {
  const bool transfer = std::holds_alternative<TransferBody>(packet.body);
  world.chain(packet.source)
      .submit(xchain_call(packet.source, transfer ? "transfer" : "call", call_arguments(packet), key));
}

inline std::uint64_t balance(LedgerWorld& world, const ChainName& chain, const std::string& account) {
  Call call = xchain_call(chain, "balance", {account}, "");
  call.operation = Operation::query;
  call.contract = "asset";
  return *parse_whole_number(world.chain(chain).ledger().query(call).value);
}

inline std::uint64_t vouchers(LedgerWorld& world, const ChainName& chain, const ChainName& hub, const ChainName& asset,
                              const std::string& account) {
  Call call = xchain_call(chain, "voucher", {to_string(hub), to_string(asset), account}, "");
  call.operation = Operation::query;
  return *parse_whole_number(world.chain(chain).ledger().query(call).value);
}

}  // namespace bsn
