// Hundreds of small Algorands in bad weather, with voters who lie; agreement is judged all the time, and then progress
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
  options.block.max_transactions = 5 + static_cast<std::uint32_t>(random.below(5));
  AlgorandParameters algorand;
  algorand.filter_timeout = random.between(milliseconds(400), milliseconds(900));
  algorand.deadline_timeout = algorand.filter_timeout * 4;  // votes over four hops take 1.6 s at worst
  options.parameters = SlotParameters{algorand, static_cast<std::uint32_t>(random.below(5))};
  return options;
}

std::unique_ptr<VotingWeather> weather_of(std::uint64_t seed) {
  Random random = Random(seed).fork("weather");
  const EngineNetworkOptions options = draw_options(seed, random);
  return std::make_unique<VotingWeather>(options, random, true);
}

TEST(AlgorandSwarm, NothingForksAndRoundsGoOnWhenTheWeatherClears) {
  std::uint64_t lies = 0, final = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto weather = weather_of(seed);
    EngineNetwork& network = weather->network();
    weather->run(40, milliseconds(1500));
    ASSERT_TRUE(network.violations().empty()) << "seed " << seed << ": " << network.violations().front();
    lies += weather->lies();
    final += network.final_height(0);
    network.tamper({});  // a liar may be all that another peer is connected to
    ASSERT_TRUE(network.makes_progress(seconds(60))) << "seed " << seed;
  }
  EXPECT_GT(lies, 1'000u);
  EXPECT_GT(final, 500u);
}

TEST(AlgorandSwarm, TheSameSeedGivesTheSameLines) {
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
