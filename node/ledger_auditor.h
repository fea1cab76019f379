// A LedgerAuditor (core/ledger_auditor.h) over the real ledger, for the judges of sim/invariant.
#pragma once

#include <memory>

#include "core/ledger_auditor.h"
#include "node/ledger.h"

namespace bsn {

// An auditor at the genesis of this chain.
std::unique_ptr<LedgerAuditor> make_ledger_auditor(const ChainSpec& spec);

// The same where that genesis was made already, for the chain's peers: copied, but what they execute is executed again.
std::unique_ptr<LedgerAuditor> make_auditor_from(const Ledger& genesis, const ChainSpec& spec);

}  // namespace bsn
