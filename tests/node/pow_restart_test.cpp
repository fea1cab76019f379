// Miners and observers that were away: restarts, catching up from near and from far.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/node/pow_count.h"

namespace bsn {
namespace {

EngineNetworkOptions small(std::uint32_t miners, std::uint32_t observers,
                           PowParameters::Adjustment adjustment = PowParameters::Adjustment::ethash) {
  PowParameters pow;
  pow.adjustment = adjustment;
  pow.epoch_duration = seconds(650);
  pow.epoch_blocks_min = 20;
  pow.epoch_blocks_max = 100;
  EngineNetworkOptions options;
  options.validators = miners;
  options.observers = observers;
  options.delay = milliseconds(200);
  options.parameters = pow;
  return options;
}

void mine(EngineNetwork& network, Height more) {
  const Height until = network.height(0) + more;
  while (network.height(0) < until && network.violations().empty()) network.advance(seconds(20));
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(PowRestart, WhoWasAwayForAnyNumberOfBlocksIsBackAfterAFewMore) {
  for (const Height away : {1, 20, 100, 300, 500, 700, 1500}) {
    EngineNetwork network(small(3, 1));
    mine(network, 20);
    network.crash(2);
    network.crash(3);
    mine(network, away);
    network.restart(2);
    network.restart(3);
    mine(network, 6);
    EXPECT_GE(network.height(2) + 2, network.height(0)) << away;
    EXPECT_GE(network.height(3) + 2, network.height(0)) << away;
  }
}

}  // namespace
}  // namespace bsn
