// A small checked-by-eye scenario for tests of load and measurement: two cities, one network, one chain, one round.
#pragma once

#include "sim/scenario.h"

namespace bsn {

// Cities "north" (the gateway's) and "south"; chain fabric/trade with 10 accounts; project "shop"; one round "mixed" of
// 10 s at 100 calls per second, fixed: transfers (weight 1) and reads (weight 3).
Scenario two_city_scenario();

}  // namespace bsn
