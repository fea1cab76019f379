#include "node/xchain_value.h"

#include <limits>

#include "core/byte_fields.h"
#include "node/contract_asset.h"

namespace bsn {
namespace {

std::string voucher_key(std::string_view kind, const ChainName& hub, const ChainName& asset) {
  std::string key;
  key.reserve(96);  // mostly longer than the key, so that it does not grow
  key.append("x/").append(kind);
  for (const ChainName* name : {&hub, &asset}) {
    key.append(1, '\0').append(name->network).append(1, '\0').append(name->chain);
  }
  return key;
}

std::string voucher_account_key(const ChainName& hub, const ChainName& asset, std::string_view account) {
  std::string key = voucher_key("voucher", hub, asset);
  key.append(1, '\0').append(account);
  return key;
}

std::uint64_t number_at(const std::string& key, StateOverlay& state) {
  const auto bytes = state.get(key);
  return bytes ? ByteReader(*bytes).u64() : 0;
}

void set_number(const std::string& key, std::uint64_t value, StateOverlay& state) {
  if (value == 0) {
    state.erase(key);
  } else {
    state.set(key, ByteWriter().u64(value).bytes());
  }
}

std::optional<std::string> mint_voucher(const ChainName& hub, const ChainName& asset, const std::string& account,
                                        std::uint64_t amount, StateOverlay& state) {
  const std::string supply = voucher_key("supply", hub, asset);
  const std::uint64_t before = number_at(supply, state);
  if (before > std::numeric_limits<std::uint64_t>::max() - amount) return "there can't be so many vouchers";
  const std::string held = voucher_account_key(hub, asset, account);
  set_number(held, number_at(held, state) + amount, state);  // at most the supply
  set_number(supply, before + amount, state);
  return std::nullopt;
}

std::optional<std::string> burn_voucher(const ChainName& hub, const ChainName& asset, const std::string& account,
                                        std::uint64_t amount, StateOverlay& state) {
  const std::string held = voucher_account_key(hub, asset, account);
  const std::uint64_t balance = number_at(held, state);
  if (balance < amount) return "the balance of that voucher is " + std::to_string(balance);
  const std::string supply = voucher_key("supply", hub, asset);
  set_number(held, balance - amount, state);
  set_number(supply, number_at(supply, state) - amount, state);
  return std::nullopt;
}

}  // namespace

std::string escrow_account(const ChainName& hub, const ChainName& other) {
  return std::string(escrow_prefix) + to_string(hub) + "/" + to_string(other);
}

std::optional<std::string> take_from_sender(const Packet& packet, const TransferBody& body, StateOverlay& state) {
  if (body.sender.starts_with(escrow_prefix)) return "nobody sends from an escrow account";
  if (body.asset == packet.source) {
    return move_balance(state, body.sender, escrow_account(packet.hub, packet.destination), body.amount);
  }
  if (body.asset != packet.destination) {
    return "a voucher of " + to_string(body.asset) + " goes home, or nowhere: send it to " + to_string(body.asset);
  }
  return burn_voucher(packet.hub, body.asset, body.sender, body.amount, state);
}

std::optional<std::string> give_to_receiver(const Packet& packet, const TransferBody& body, StateOverlay& state) {
  if (!has_account(state, body.receiver) || body.receiver.starts_with(escrow_prefix)) {
    return "unknown account " + body.receiver;
  }
  if (body.asset == packet.source) return mint_voucher(packet.hub, body.asset, body.receiver, body.amount, state);
  if (body.asset != packet.destination) return "the asset belongs to neither end";
  return move_balance(state, escrow_account(packet.hub, packet.source), body.receiver, body.amount);
}

std::optional<std::string> refund_sender(const Packet& packet, const TransferBody& body, StateOverlay& state) {
  if (body.asset != packet.source) return mint_voucher(packet.hub, body.asset, body.sender, body.amount, state);
  return move_balance(state, escrow_account(packet.hub, packet.destination), body.sender, body.amount);
}

std::uint64_t voucher_balance(const ChainName& hub, const ChainName& asset, std::string_view account,
                              StateOverlay& state) {
  return number_at(voucher_account_key(hub, asset, account), state);
}

std::uint64_t voucher_supply(const ChainName& hub, const ChainName& asset, StateOverlay& state) {
  return number_at(voucher_key("supply", hub, asset), state);
}

}  // namespace bsn
