#include "node/contract_asset.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/check.h"
#include "core/packet_call.h"

namespace bsn {
namespace {

constexpr std::string_view supply_key = "s";

// Stored as "BALANCE NONCE" in decimal: short, and readable in a proof.
struct Account {
  std::uint64_t balance = 0;
  std::uint64_t nonce = 0;
};

std::string account_key(std::string_view account) {
  std::string key("a/");
  key.append(account);
  return key;
}

std::string encode(const Account& account) {
  return std::to_string(account.balance) + " " + std::to_string(account.nonce);
}

std::optional<Account> decode(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto balance = parse_whole_number(text.substr(0, space));
  const auto nonce = parse_whole_number(text.substr(space + 1));
  if (!balance || !nonce) return std::nullopt;
  return Account{*balance, *nonce};
}

std::optional<Account> find_account(StateOverlay& state, std::string_view account) {
  const auto text = state.get(account_key(account));
  return text ? decode(*text) : std::nullopt;
}

bool is_account_name(const std::string& name) { return !name.empty() && name.size() <= CallLimits::name_bytes; }

std::optional<std::string> check_account(const Arguments& args) {
  if (is_account_name(args[0])) return std::nullopt;
  return "an account has 1 to 64 bytes";
}

std::optional<std::string> check_amount(const std::string& text) {
  const auto amount = parse_whole_number(text);
  if (amount && *amount > 0) return std::nullopt;
  return "AMOUNT is a whole number from 1 to 2^64-1";
}

std::optional<std::string> check_transfer(const Arguments& args) {
  if (!is_account_name(args[0]) || !is_account_name(args[1])) return "an account has 1 to 64 bytes";
  if (args[0].starts_with(escrow_prefix) || args[1].starts_with(escrow_prefix)) {
    return "escrow accounts are paid from and to by cross-chain transfers only";
  }
  if (args.size() == 4 && !parse_whole_number(args[3])) return "NONCE is a whole number below 2^64";
  return check_amount(args[2]);
}

std::optional<std::string> check_mint(const Arguments& args) {
  if (auto wrong = check_account(args)) return wrong;
  return check_amount(args[1]);
}

ContractOutcome transfer(std::string_view, const Arguments& args, StateOverlay& state) {
  auto from = find_account(state, args[0]);
  if (!from) return refuse("unknown account " + args[0]);
  if (args.size() == 4 && *parse_whole_number(args[3]) != from->nonce) {
    return refuse("the nonce is " + std::to_string(from->nonce));
  }
  if (auto why = move_balance(state, args[0], args[1], *parse_whole_number(args[2]))) return refuse(std::move(*why));
  from = find_account(state, args[0]);
  from->nonce += 1;
  state.set(account_key(args[0]), encode(*from));
  return {true, std::to_string(from->nonce)};
}

ContractOutcome mint(std::string_view, const Arguments&, StateOverlay&) {
  return refuse("the supply is fixed at genesis");
}

ContractOutcome balance(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto account = find_account(state, args[0]);
  if (!account) return refuse("unknown account " + args[0]);
  return {true, std::to_string(account->balance)};
}

ContractOutcome nonce(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto account = find_account(state, args[0]);
  if (!account) return refuse("unknown account " + args[0]);
  return {true, std::to_string(account->nonce)};
}

ContractOutcome supply(std::string_view, const Arguments&, StateOverlay& state) {
  return {true, std::string(state.get(supply_key).value_or("0"))};
}

constexpr std::array functions = {
    ContractFunction{"transfer", Operation::submit, 3, 4, check_transfer, transfer},
    ContractFunction{"mint", Operation::submit, 2, 2, check_mint, mint},
    ContractFunction{"balance", Operation::query, 1, 1, check_account, balance},
    ContractFunction{"nonce", Operation::query, 1, 1, check_account, nonce},
    ContractFunction{"supply", Operation::query, 0, 0, nullptr, supply},
};

}  // namespace

Contract asset_contract() { return functions; }

bool has_account(StateOverlay& state, std::string_view account) { return find_account(state, account).has_value(); }

std::optional<std::uint64_t> balance_of(StateOverlay& state, std::string_view account) {
  const auto found = find_account(state, account);
  return found ? std::optional(found->balance) : std::nullopt;
}

std::optional<std::string> move_balance(StateOverlay& state, std::string_view from, std::string_view to,
                                        std::uint64_t amount) {
  const auto find = [&](std::string_view name) {
    auto account = find_account(state, name);
    return account || !name.starts_with(escrow_prefix) ? account : Account{};
  };
  auto payer = find(from);
  if (!payer) return "unknown account " + std::string(from);
  auto payee = find(to);
  if (!payee) return "unknown account " + std::string(to);
  if (from == to) return "FROM and TO are the same account";
  if (payer->balance < amount) return "the balance is " + std::to_string(payer->balance);
  if (payee->balance > std::numeric_limits<std::uint64_t>::max() - amount) return "TO can't hold that much";
  payer->balance -= amount;
  payee->balance += amount;
  state.set(account_key(from), encode(*payer));
  state.set(account_key(to), encode(*payee));
  return std::nullopt;
}

void write_asset_genesis(const std::vector<GenesisAccount>& accounts, StateTree& state) {
  for (const GenesisAccount& one : accounts) {
    const std::string key = account_key(one.account);
    const Digest path = StateTree::path_of(key);
    BSN_CHECK(!state.get(path), "a genesis names each account once");
    state.set(path, key, encode(Account{one.balance, 0}));
  }
  state.set(StateTree::path_of(supply_key), supply_key, to_string(genesis_supply(accounts)));
}

std::optional<Supply> sum_of_balances(const StateTree& state) {
  Supply sum = 0;
  bool readable = true;
  state.for_each([&](std::string_view key, std::string_view value) {
    if (!key.starts_with("a/")) return;
    const auto account = decode(value);
    readable = readable && account;
    if (account) sum += account->balance;
  });
  if (!readable) return std::nullopt;
  return sum;
}

Supply genesis_supply(const std::vector<GenesisAccount>& accounts) {
  Supply sum = 0;
  for (const GenesisAccount& one : accounts) sum += one.balance;
  return sum;
}

std::string to_string(Supply supply) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(supply % 10)));
    supply /= 10;
  } while (supply > 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<AssetAccount> read_account(StateOverlay& state, std::string_view account) {
  const auto found = find_account(state, account);
  return found ? std::optional(AssetAccount{found->balance, found->nonce}) : std::nullopt;
}

void write_account(StateOverlay& state, std::string_view account, const AssetAccount& changed) {
  state.set(account_key(account), encode(Account{changed.balance, changed.nonce}));
}

}  // namespace bsn
