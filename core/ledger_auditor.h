// How a judge re-executes a chain without knowing the ledger: sim/ asks, node/ledger_auditor answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/block.h"
#include "core/chain_spec.h"
#include "core/result.h"

namespace bsn {

// Executes the blocks of one chain from genesis on a ledger of its own.
class LedgerAuditor {
 public:
  virtual ~LedgerAuditor() = default;

  // Executes the next block; an Error (corrupt) when its parent, roots or hash do not come out as it says.
  virtual Result<Done> apply(const Block& block) = 0;

  // Whether all balances after the last applied block add up to the genesis supply and none is negative; else what is
  // wrong, in a sentence.
  virtual Result<Done> check_balances() const = 0;

  // Of cross-chain transfers, after the last applied block: what lies in escrow for `other` by way of `hub`, and the
  // vouchers for the coin of `asset` that came by way of `hub`.
  virtual std::uint64_t escrow(const ChainName& hub, const ChainName& other) const = 0;
  virtual std::uint64_t vouchers(const ChainName& hub, const ChainName& asset) const = 0;
};

using MakeAuditor = std::function<std::unique_ptr<LedgerAuditor>(const ChainSpec&)>;

}  // namespace bsn
