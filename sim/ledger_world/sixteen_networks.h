// The world of the sixteen networks that are no hubs, one chain of each, and of both hubs: each with the kind of
// finality that its network has in configs/networks/. Everybody is linked to both hubs; IRITA Hub acknowledges, Poly
// Enterprise, as documented, does not. Accounts "alice", who has a billion on every end, and "bob", who has nothing.
#pragma once

#include "sim/ledger_world/ledger_world.h"

namespace bsn {

LedgerWorldSpec sixteen_networks();

// One transfer of `amount` there with the coin of `from`, or home with the voucher of the coin of `to`. What the hub
// acknowledges times out a day from now.
Call transfer_call(const LedgerWorldSpec::Hub& hub, const ChainName& from, const ChainName& to, bool home,
                   std::uint64_t amount, Instant now);

}  // namespace bsn
