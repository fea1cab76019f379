// A LedgerAuditor (core/ledger_auditor.h) over the real ledger, for the judges of sim/invariant.
#pragma once

#include <memory>

#include "core/ledger_auditor.h"

namespace bsn {

// An auditor at the genesis of this chain.
std::unique_ptr<LedgerAuditor> make_ledger_auditor(const ChainSpec& spec);

}  // namespace bsn
