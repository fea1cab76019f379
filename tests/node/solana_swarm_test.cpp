// Small Solana networks in bad weather: finality is never undone, however long a split lasts.
#include <gtest/gtest.h>

#include "node/signed_seal.h"
#include "node/solana_schedule.h"
#include "tests/node/slot_weather.h"

namespace bsn {
namespace {

EngineNetworkOptions draw_options(std::uint64_t seed) {
  Random random = Random(seed).fork("options");
  EngineNetworkOptions options;
  options.seed = seed;
  options.validators = 1 + static_cast<std::uint32_t>(random.below(12));
  options.observers = static_cast<std::uint32_t>(random.below(3));
  options.delay = random.between(milliseconds(1), milliseconds(60));
  options.jitter = random.between(Duration{}, milliseconds(80));
  for (std::uint32_t v = 0; v < options.validators; ++v) options.stake.push_back(1 + random.below(20));
  SolanaParameters solana;
  solana.slot = milliseconds(200);
  solana.slots_per_leader = 1 + static_cast<std::uint32_t>(random.below(4));
  solana.tower_depth = 8 + static_cast<std::uint32_t>(random.below(25));
  solana.threshold_depth = 4 + static_cast<std::uint32_t>(random.below(4));
  options.parameters = SlotParameters{solana, static_cast<std::uint32_t>(random.below(5))};
  return options;
}

std::uint64_t slot(const Proposal& proposal) { return SolanaSeal::slot_of(seal_body(proposal)); }

TEST(SolanaSwarm, NobodySignsTwiceAndFinalBlocksStay) {
  std::uint64_t blocks = 0, votes = 0, forks = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SlotWeather weather(draw_options(seed), seed, slot);
    weather.run(40, milliseconds(1500));
    const bool safe = weather.network().violations().empty();
    ASSERT_TRUE(safe) << "seed " << seed << ": " << weather.network().violations().front();
    blocks += weather.blocks();
    votes += weather.votes();
    for (std::uint32_t v = 0; v < weather.network().peers(); ++v) forks += weather.network().reorganisations(v);
  }
  EXPECT_GT(blocks, 1'000u);  // a swarm in which nothing happened shows nothing
  EXPECT_GT(votes, 3'000u);
  EXPECT_GT(forks, 100u);
}

TEST(SolanaSwarm, TheSameSeedGivesTheSameLines) {
  const auto lines = [](std::uint64_t seed) {
    SlotWeather weather(draw_options(seed), seed, slot);
    std::string all;
    weather.network().listen([&](const std::string& line) { all += line + "\n"; });
    weather.network().show_messages(true);
    weather.network().show_writes(true);
    weather.run(20, seconds(1));
    return all;
  };
  for (std::uint64_t seed = 1; seed <= 6; ++seed) EXPECT_EQ(lines(seed), lines(seed)) << "seed " << seed;
  EXPECT_NE(lines(1), lines(2));
}

}  // namespace
}  // namespace bsn
