// Small Tezos networks in bad weather. Splits stay shorter than `confirmations` blocks: what Emmy+ assumes.
#include <gtest/gtest.h>

#include "tests/node/slot_weather.h"

namespace bsn {
namespace {

EngineNetworkOptions draw_options(std::uint64_t seed) {
  Random random = Random(seed).fork("options");
  EngineNetworkOptions options;
  options.seed = seed;
  options.validators = 1 + static_cast<std::uint32_t>(random.below(12));
  options.observers = static_cast<std::uint32_t>(random.below(3));
  options.delay = random.between(milliseconds(1), milliseconds(80));
  options.jitter = random.between(Duration{}, milliseconds(100));
  for (std::uint32_t v = 0; v < options.validators; ++v) options.stake.push_back(1 + random.below(20));
  TezosParameters tezos;
  tezos.block_interval = seconds(2);
  tezos.delay_per_priority = seconds(1);
  tezos.delay_per_missing_endorsement = milliseconds(200);
  tezos.confirmations = 20;  // the bad weather lasts at most 40 s
  options.parameters = SlotParameters{tezos, static_cast<std::uint32_t>(random.below(5))};
  return options;
}

std::uint64_t level(const Proposal& proposal) { return proposal.height; }

TEST(TezosSwarm, NobodySignsTwiceFinalBlocksStayAndProgressFollowsWhenTheWeatherClears) {
  std::uint64_t blocks = 0, votes = 0, forks = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SlotWeather weather(draw_options(seed), seed, level);
    weather.run(40, seconds(1));
    const bool safe = weather.network().violations().empty();
    ASSERT_TRUE(safe) << "seed " << seed << ": " << weather.network().violations().front();
    ASSERT_TRUE(weather.network().makes_progress(seconds(400))) << "seed " << seed;
    blocks += weather.blocks();
    votes += weather.votes();
    for (std::uint32_t v = 0; v < weather.network().peers(); ++v) forks += weather.network().reorganisations(v);
  }
  EXPECT_GT(blocks, 1'000u);  // a swarm in which nothing happened shows nothing
  EXPECT_GT(votes, 5'000u);
  EXPECT_GT(forks, 100u);
}

TEST(TezosSwarm, TheSameSeedGivesTheSameLines) {
  const auto lines = [](std::uint64_t seed) {
    SlotWeather weather(draw_options(seed), seed, level);
    std::string all;
    weather.network().listen([&](const std::string& line) { all += line + "\n"; });
    weather.network().show_messages(true);
    weather.network().show_writes(true);
    weather.run(40, seconds(1));
    return all;
  };
  for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_EQ(lines(seed), lines(seed)) << "seed " << seed;
  EXPECT_NE(lines(1), lines(2));
}

// Final is a convention here, k blocks deep: a split that outlasts it makes two truths, and the judge sees it.
TEST(TezosSwarm, ASplitLongerThanTheConfirmationsForksFinalBlocks) {
  EngineNetworkOptions options;
  options.validators = 6;
  TezosParameters tezos;
  tezos.confirmations = 2;
  options.parameters = SlotParameters{tezos, 0};
  EngineNetwork network(options);
  network.partition({{0, 1, 2}, {3, 4, 5}});
  network.advance(seconds(1800));
  EXPECT_FALSE(network.violations().empty());
}

}  // namespace
}  // namespace bsn
