// Hundreds of small Polkadots in bad weather, with voters who lie; finality is judged all the time, and then progress
// is asked for.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/node/voting_weather.h"

namespace bsn {
namespace {

EngineNetworkOptions draw_options(std::uint64_t seed, Random& random) {
  EngineNetworkOptions options;
  options.seed = seed;
  options.validators = 1 + static_cast<std::uint32_t>(random.below(12));
  options.observers = static_cast<std::uint32_t>(random.below(3));
  options.delay = random.between(milliseconds(1), milliseconds(40));
  options.jitter = random.between(Duration{}, milliseconds(60));
  options.block.max_transactions = 1 + static_cast<std::uint32_t>(random.below(5));
  PolkadotParameters polkadot;
  polkadot.slot = random.between(milliseconds(400), milliseconds(1200));
  polkadot.primary_probability = random.unit() * 0.9;
  polkadot.grandpa_gossip = random.between(milliseconds(50), milliseconds(300));
  options.parameters = SlotParameters{polkadot, static_cast<std::uint32_t>(random.below(5))};
  return options;
}

std::unique_ptr<VotingWeather> weather_of(std::uint64_t seed) {
  Random random = Random(seed).fork("weather");
  const EngineNetworkOptions options = draw_options(seed, random);
  return std::make_unique<VotingWeather>(options, random, true);
}

TEST(PolkadotSwarm, FinalityIsNeverUndoneAndGoesOnWhenTheWeatherClears) {
  std::uint64_t lies = 0, final = 0, reorganised = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const auto weather = weather_of(seed);
    EngineNetwork& network = weather->network();
    weather->run(40, milliseconds(1500));
    ASSERT_TRUE(network.violations().empty()) << "seed " << seed << ": " << network.violations().front();
    lies += weather->lies();
    final += network.final_height(0);
    reorganised += network.reorganisations(0);
    network.tamper({});  // a liar may be all that another peer is connected to
    ASSERT_TRUE(network.makes_progress(seconds(60))) << "seed " << seed;
  }
  EXPECT_GT(lies, 1'000u);
  EXPECT_GT(final, 500u);
  EXPECT_GT(reorganised, 100u);
}

TEST(PolkadotSwarm, TheSameSeedGivesTheSameLines) {
  const auto lines = [](std::uint64_t seed) {
    const auto weather = weather_of(seed);
    std::string all;
    weather->network().listen([&](const std::string& line) { all += line + "\n"; });
    weather->network().show_messages(true);
    weather->network().show_writes(true);
    weather->run(20, milliseconds(1500));
    return all;
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) EXPECT_EQ(lines(seed), lines(seed)) << "seed " << seed;
}

}  // namespace
}  // namespace bsn
