#include "node/ledger_auditor.h"

#include <utility>

#include "node/contract_asset.h"
#include "node/xchain_value.h"

namespace bsn {
namespace {

class RealLedgerAuditor : public LedgerAuditor {
 public:
  RealLedgerAuditor(const ChainSpec& spec, Ledger genesis)
      : ledger_(std::move(genesis)), supply_(genesis_supply(spec.genesis)) {}

  Result<Done> apply(const Block& block) override { return ledger_.apply(block); }

  Result<Done> check_balances() const override {
    const auto sum = sum_of_balances(ledger_.state());
    if (!sum) return Error{ErrorCode::corrupt, "an account's entry can't be read"};
    if (*sum == supply_) return Done{};
    return Error{ErrorCode::corrupt, "balances add up to " + to_string(*sum) + ", genesis to " + to_string(supply_)};
  }

  std::uint64_t escrow(const ChainName& hub, const ChainName& other) const override {
    StateOverlay state(ledger_.state());
    return balance_of(state, escrow_account(hub, other)).value_or(0);
  }

  std::uint64_t vouchers(const ChainName& hub, const ChainName& asset) const override {
    StateOverlay state(ledger_.state());
    return voucher_supply(hub, asset, state);
  }

 private:
  Ledger ledger_;
  Supply supply_;
};

}  // namespace

std::unique_ptr<LedgerAuditor> make_ledger_auditor(const ChainSpec& spec) {
  return std::make_unique<RealLedgerAuditor>(spec, Ledger(spec));
}

std::unique_ptr<LedgerAuditor> make_auditor_from(const Ledger& genesis, const ChainSpec& spec) {
  return std::make_unique<RealLedgerAuditor>(spec, genesis.apart());
}

}  // namespace bsn
