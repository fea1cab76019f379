// A transaction as a wallet signs it: RLP, hashed by Keccak-256, signed on secp256k1 so that the sender can be
// recovered (Yellow Paper, appendix F; eips.ethereum.org/EIPS/eip-155).
//
// The simulated Ethereum is that of 2020: legacy transactions with or without EIP-155, no typed ones (EIP-2718).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "edge/ethereum/quantity.h"

namespace bsn::edge::ethereum {

std::string keccak256(std::string_view bytes);  // 32 bytes

struct SignedTransaction {
  std::uint64_t nonce = 0;
  Wei gas_price, value;
  std::uint64_t gas = 0;
  std::string to;  // 20 bytes; empty: it creates a contract
  std::string data;
  Wei v, r, s;
  std::uint64_t chain_id = 0;  // 0: signed for no chain in particular, as before EIP-155

  std::string hash;  // 32 bytes
  std::string from;  // 20 bytes, recovered
  std::string raw;

  Wei fee(std::uint64_t gas_used) const { return gas_price * gas_used; }
};

// Error (corrupt): it can't be decoded, is of another type, or its signature is none.
Result<SignedTransaction> parse_transaction(std::string_view raw);

// What the transaction costs beyond what a contract would do (Yellow Paper, appendix G; EIP-2028): 21,000 and 16 for a
// byte of data, 4 for a zero byte.
std::uint64_t intrinsic_gas(std::string_view data);

}  // namespace bsn::edge::ethereum
