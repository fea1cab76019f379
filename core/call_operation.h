// Which functions of the contracts that every chain carries are reads: what a caller must know who can't say it, such
// as one of BSN's permissioned shape.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "core/call.h"

namespace bsn {

inline constexpr std::array read_functions = {"kv.get",         "kv.exists",
                                              "asset.balance",  "asset.nonce",
                                              "asset.supply",   "ether.account",
                                              "hub.client",     "hub.lane",
                                              "hub.packet",     "hub.acknowledgement",
                                              "xchain.client",  "xchain.lane",
                                              "xchain.packet",  "xchain.acknowledgement",
                                              "xchain.voucher", "xchain.escrow"};

// Submit for what is unknown: the chain will say that it is.
inline Operation operation_of(std::string_view contract, std::string_view function) {
  const auto is_it = [&](std::string_view name) {
    return name.size() == contract.size() + 1 + function.size() && name.starts_with(contract) &&
           name[contract.size()] == '.' && name.ends_with(function);
  };
  return std::any_of(read_functions.begin(), read_functions.end(), is_it) ? Operation::query : Operation::submit;
}

}  // namespace bsn
