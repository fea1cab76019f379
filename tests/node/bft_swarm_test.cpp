// Hundreds of small networks in bad weather: loss, duplicates, overtaking, partitions, crashes in the middle of a step,
// and up to f liars. Safety is judged all the time; then the weather clears, and progress is asked for.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "node/quorum.h"
#include "tests/dialogues/bft_twin.h"
#include "tests/dialogues/engine_network.h"
#include "tests/node/bad_weather.h"
#include "tests/node/bft_liar.h"

namespace bsn {
namespace {

EngineNetworkOptions draw_options(std::uint64_t seed, Random& random) {
  EngineNetworkOptions options;
  options.seed = seed;
  options.validators = 1 + static_cast<std::uint32_t>(random.below(10));
  options.delay = random.between(milliseconds(1), milliseconds(40));
  options.jitter = random.between(Duration{}, milliseconds(80));
  options.block.max_transactions = 1 + static_cast<std::uint32_t>(random.below(5));
  BftParameters bft;
  bft.rotation = random.chance(0.5) ? BftParameters::Rotation::every_block : BftParameters::Rotation::on_view_change;
  bft.interval = random.between(Duration{}, milliseconds(500));
  bft.empty_interval = random.chance(0.5) ? Duration{} : random.between(milliseconds(200), seconds(2));
  bft.propose_timeout = random.between(milliseconds(200), seconds(1));
  bft.vote_timeout = random.between(milliseconds(100), milliseconds(500));
  bft.timeout_step = random.between(milliseconds(20), milliseconds(200));
  bft.timeout_doubles = random.chance(0.3);
  options.parameters = bft;
  return options;
}

class LyingWeather {
 public:
  explicit LyingWeather(std::uint64_t seed)
      : random_(Random(seed).fork("weather")),
        network_(draw_options(seed, random_)),
        liar_(draw_liars(), random_.unit(), random_.fork("lies")) {
    network_.tamper([this](auto from, auto to, const auto& message) { return liar_.tell(from, to, message); });
  }

  void run() { happen_often(network_, random_, 40, milliseconds(1500)); }

  EngineNetwork& network() { return network_; }
  const BftLiar& liar() const { return liar_; }

 private:
  std::vector<std::uint32_t> draw_liars() {
    const std::uint32_t m = network_.validators();
    const auto count = random_.below(byzantine_fault_bound(m) + 1);
    std::vector<std::uint32_t> liars;
    const auto first = static_cast<std::uint32_t>(random_.below(m));
    for (std::uint32_t i = 0; i < count; ++i) liars.push_back((first + i) % m);
    return liars;
  }

  Random random_;
  EngineNetwork network_;
  BftLiar liar_;
};

TEST(BftSwarm, BadWeatherAndLiarsNeverForkAndProgressFollowsWhenItClears) {
  std::uint64_t lies = 0;
  std::uint64_t blocks = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    LyingWeather weather(seed);
    weather.run();
    const bool safe = weather.network().violations().empty();
    ASSERT_TRUE(safe) << "seed " << seed << ": " << weather.network().violations().front();
    lies += weather.liar().lies();
    blocks += weather.network().height(0);
    weather.network().tamper({});
    ASSERT_TRUE(weather.network().makes_progress(seconds(60))) << "seed " << seed;
  }
  EXPECT_GT(lies, 10'000u);  // a swarm in which nothing went wrong shows nothing
  EXPECT_GT(blocks, 1'000u);
}

TEST(BftSwarm, ProgressFollowsWhileTheLiarsGoOnLying) {
  for (std::uint64_t seed = 1001; seed <= 1200; ++seed) {
    LyingWeather weather(seed);
    weather.run();
    ASSERT_TRUE(weather.network().makes_progress(seconds(300))) << "seed " << seed;
  }
}

TEST(BftSwarm, TheSameSeedGivesTheSameLines) {
  const auto lines = [](std::uint64_t seed) {
    LyingWeather weather(seed);
    std::string all;
    weather.network().listen([&](const std::string& line) { all += line + "\n"; });
    weather.network().show_messages(true);
    weather.network().show_writes(true);
    weather.run();
    return all;
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(lines(seed), lines(seed)) << "seed " << seed;
  EXPECT_NE(lines(1), lines(2));
}

// The liars tell validator 3 of the twin of every proposal.
EngineNetwork::Tamper two_faced(SecondFace& second, std::set<std::uint32_t> liars) {
  return [&second, liars](std::uint32_t from, std::uint32_t to,
                          const ConsensusMessage& truth) -> std::optional<ConsensusMessage> {
    second.see(truth);
    return liars.contains(from) && to == 3 ? second.turn(truth) : truth;
  };
}

EngineNetworkOptions four_validators() {
  EngineNetworkOptions options;
  options.validators = 4;
  options.parameters = BftParameters{};
  return options;
}

TEST(BftSwarm, MoreThanFLiarsCanForkAndTheJudgeSeesIt) {
  EngineNetwork network(four_validators());
  SecondFace second;
  network.tamper(two_faced(second, {0, 1}));
  network.offer(0, 3);
  network.advance(seconds(5));
  ASSERT_FALSE(network.violations().empty());
  EXPECT_EQ(network.violations().front(), "two decisions at height 1");
}

TEST(BftSwarm, FLiarsWithTwoFacesCannotFork) {
  EngineNetwork network(four_validators());
  SecondFace second;
  network.tamper(two_faced(second, {1}));
  network.offer(0, 3);
  network.advance(seconds(30));
  EXPECT_TRUE(network.violations().empty());
  EXPECT_GE(network.height(2), 1u);
}

}  // namespace
}  // namespace bsn
