// Ethereum's JSON-RPC (ethereum.github.io/execution-apis) over a simulated chain, as much as wallets need to pay and
// watch. docs/http.md lists the methods and what differs from the real network.
//
// "latest" is the latest final block: nothing that is shown here is ever taken back.
#pragma once

#include <memory>

#include "edge/dialect.h"

namespace bsn::edge {

std::unique_ptr<Dialect> make_ethereum_dialect(const DialectPlace& place);

}  // namespace bsn::edge
