#include "node/contract_ether.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/packet_call.h"
#include "node/contract_asset.h"

namespace bsn {
namespace {

constexpr std::size_t signed_bytes_max = 48 * 1024;

bool is_address(std::string_view text) {
  const auto small_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 42 && text.starts_with("0x") && std::all_of(text.begin() + 2, text.end(), small_hex);
}

std::optional<std::string> check_address(const Arguments& args) {
  if (is_address(args[0])) return std::nullopt;
  return "an address is 0x and 40 small hex digits";
}

std::optional<std::string> check_transfer(const Arguments& args) {
  if (!is_address(args[0]) || !is_address(args[1]) || !is_address(args[5])) {
    return "FROM, TO and FEE_TO are 0x and 40 small hex digits";
  }
  if (!parse_whole_number(args[2]) || !parse_whole_number(args[3]) || !parse_whole_number(args[4])) {
    return "AMOUNT, NONCE and FEE are whole numbers below 2^64";
  }
  if (args[6].size() > signed_bytes_max) return "SIGNED has at most 48 KiB";
  return std::nullopt;
}

// False: the account can't hold that much.
bool pay(StateOverlay& state, std::string_view to, std::uint64_t amount) {
  AssetAccount account = read_account(state, to).value_or(AssetAccount{});
  if (account.balance > std::numeric_limits<std::uint64_t>::max() - amount) return false;
  account.balance += amount;
  write_account(state, to, account);
  return true;
}

ContractOutcome transfer(std::string_view, const Arguments& args, StateOverlay& state) {
  AssetAccount from = read_account(state, args[0]).value_or(AssetAccount{});
  if (*parse_whole_number(args[3]) != from.nonce) return refuse("the nonce is " + std::to_string(from.nonce));
  const std::uint64_t amount = *parse_whole_number(args[2]);
  const std::uint64_t fee = *parse_whole_number(args[4]);
  if (from.balance < amount || from.balance - amount < fee) {
    return refuse("the balance is " + std::to_string(from.balance));
  }
  from.balance -= amount + fee;
  from.nonce += 1;
  write_account(state, args[0], from);
  if (!pay(state, args[1], amount)) return refuse("TO can't hold that much");
  if (!pay(state, args[5], fee)) return refuse("FEE_TO can't hold that much");
  return {true, std::to_string(from.nonce)};
}

ContractOutcome account(std::string_view, const Arguments& args, StateOverlay& state) {
  const AssetAccount found = read_account(state, args[0]).value_or(AssetAccount{});
  return {true, std::to_string(found.balance) + " " + std::to_string(found.nonce)};
}

constexpr std::array functions = {
    ContractFunction{"transfer", Operation::submit, 7, 7, check_transfer, transfer},
    ContractFunction{"account", Operation::query, 1, 1, check_address, account},
};

}  // namespace

Contract ether_contract() { return functions; }

}  // namespace bsn
