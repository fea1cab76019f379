// Contract "asset": accounts that exist from genesis and pay each other; what exists in total never changes.
//
//   transfer FROM TO AMOUNT [NONCE]  write  moves AMOUNT (1 ... 2^64-1); returns FROM's new nonce. Refused: unknown
//                                           account, FROM = TO, too little balance, NONCE given and not FROM's present
//                                           one
//   mint ACCOUNT AMOUNT              write  always refused: nobody may make money
//   balance ACCOUNT                  read   refused for an unknown account
//   nonce ACCOUNT                    read   how many transfers the account has sent; refused for an unknown account
//   supply                           read   the sum of all balances
// Accounts whose name begins with "escrow/" hold what cross-chain transfers locked: nobody transfers from or to them.
// All numbers are unsigned decimals without sign, spaces or leading zeros. Arithmetic is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/chain_spec.h"
#include "node/contract.h"

namespace bsn {

// A sum of balances: 2^32 accounts of 2^64 fit.
__extension__ using Supply = unsigned __int128;

Contract asset_contract();

inline constexpr std::string_view escrow_prefix = "escrow/";

bool has_account(StateOverlay& state, std::string_view account);

// nullopt: there is no such account.
std::optional<std::uint64_t> balance_of(StateOverlay& state, std::string_view account);

// Moves an amount between accounts for another contract; an escrow account that is not there yet begins with nothing.
// nullopt: done. Else why not: an unknown account, the same one twice, too little there, too much for the other.
std::optional<std::string> move_balance(StateOverlay& state, std::string_view from, std::string_view to,
                                        std::uint64_t amount);

// Writes the accounts of a genesis, no name twice, to an empty state.
void write_asset_genesis(const std::vector<GenesisAccount>& accounts, StateTree& state);

// The sum of all balances in the state; nullopt when an entry can't be read.
std::optional<Supply> sum_of_balances(const StateTree& state);

Supply genesis_supply(const std::vector<GenesisAccount>& accounts);
std::string to_string(Supply supply);

// An account for contracts that move money by rules of their own; they keep the sum of all balances what it was.
struct AssetAccount {
  std::uint64_t balance = 0;
  std::uint64_t nonce = 0;  // transfers that it has sent
};
std::optional<AssetAccount> read_account(StateOverlay& state, std::string_view account);
void write_account(StateOverlay& state, std::string_view account, const AssetAccount& changed);

}  // namespace bsn
