// What a run's report says of its packets, as the judge counted them.
#pragma once

#include <map>
#include <set>

#include "sim/invariant_cross_chain.h"
#include "sim/report.h"
#include "sim/topology.h"

namespace bsn {

// The hubs whose outcomes come back.
std::set<ChainName> acknowledging_hubs(const Topology& topology);

// How long a write takes to be final on each chain, as QuoteRoute says.
std::map<ChainName, Duration> expected_finalities(const Topology& topology);

// All but what relayers count of themselves.
CrossChainReport cross_chain_report(const CrossChainJudge& judge);

// XLIVE: every packet that was sent is finished.
InvariantReport packets_live(const PacketCounts& counts);

}  // namespace bsn
