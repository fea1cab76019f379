// Many small networks of miners in bad weather: loss, duplicates, overtaking, partitions, crashes in the middle of a
// step, clocks that start late. Then it clears, and every transaction must become final everywhere.
//
// A partition may outlast a few blocks but not `confirmations`: beyond that the family promises no agreement.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/node/bad_weather.h"
#include "tests/node/pow_count.h"

namespace bsn {
namespace {

constexpr std::uint32_t confirmations = 60;
constexpr Duration interval = seconds(4);

EngineNetworkOptions draw_options(std::uint64_t seed, Random& random) {
  PowParameters pow;
  pow.adjustment = random.chance(0.5) ? PowParameters::Adjustment::ethash : PowParameters::Adjustment::nc_max;
  pow.interval = interval;
  pow.confirmations = confirmations;
  pow.max_uncles = static_cast<std::uint32_t>(random.below(3));
  pow.uncle_depth = 1 + static_cast<std::uint32_t>(random.below(8));
  pow.epoch_duration = seconds(80);
  pow.epoch_blocks_min = 10;
  pow.epoch_blocks_max = 40;
  pow.proposal_window_close = 1 + static_cast<std::uint32_t>(random.below(3));
  pow.proposal_window_far = pow.proposal_window_close + static_cast<std::uint32_t>(random.below(8));
  pow.gossip_degree = static_cast<std::uint32_t>(random.below(6));
  EngineNetworkOptions options;
  options.seed = seed;
  options.validators = 1 + static_cast<std::uint32_t>(random.below(12));
  options.observers = static_cast<std::uint32_t>(random.below(3));
  for (std::uint32_t v = 0; v < options.validators; ++v) options.stake.push_back(1 + random.below(5));
  options.delay = random.between(milliseconds(1), milliseconds(300));
  options.jitter = random.between(Duration{}, milliseconds(400));
  options.block.max_transactions = 1 + static_cast<std::uint32_t>(random.below(5));
  options.parameters = pow;
  return options;
}

class PowWeather {
 public:
  explicit PowWeather(std::uint64_t seed)
      : random_(Random(seed).fork("weather")), network(draw_options(seed, random_)) {
    for (std::uint32_t v = 0; v < network.peers(); ++v) {
      if (random_.chance(0.3)) network.crash(v);  // they start late
    }
  }

  // At most 120 s of partition: 30 blocks if all mine on one side.
  void run() {
    for (int i = 0; i < 40 && network.violations().empty(); ++i) {
      if (i % 12 == 11) network.heal();
      happen(network, random_);
      network.advance(random_.between(Duration{}, seconds(20)));
    }
  }

 private:
  Random random_;

 public:
  EngineNetwork network;
};

TEST(PowSwarm, FinalBlocksAgreeInBadWeatherAndEveryTransactionIsFinalWhenItClears) {
  std::uint64_t reorganisations = 0, uncles = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    PowWeather weather(seed);
    EngineNetwork& network = weather.network;
    weather.run();
    ASSERT_EQ(network.violations(), std::vector<std::string>{}) << "seed " << seed;
    // 60 confirmations of 4 s, as long again for the difficulty to recover, and what waits: in blocks of one.
    ASSERT_TRUE(network.makes_progress(seconds(1'500))) << "seed " << seed << " " << network.height(0);
    for (std::uint32_t v = 0; v < network.peers(); ++v) reorganisations += network.reorganisations(v);
    uncles += count_pow(network.durable(0), 2, network.height(0)).uncles;
  }
  EXPECT_GT(reorganisations, 1'000u);  // a swarm in which nothing went wrong shows nothing
  EXPECT_GT(uncles, 500u);
}

TEST(PowSwarm, NoMinerMakesTwoBlocksOnOneParentThroughRestarts) {
  std::size_t blocks_made = 0;
  for (std::uint64_t seed = 201; seed <= 230; ++seed) {
    PowWeather weather(seed);
    std::map<std::pair<Digest, std::uint32_t>, std::set<Digest>> made;
    weather.network.tamper([&](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
      const auto* block = std::get_if<TreeBlock>(&message);
      if (block && block->proposal->proposer.value == from) {
        made[{block->proposal->parent, from}].insert(proposal_digest(*block->proposal));
      }
      return std::optional(message);
    });
    weather.run();
    for (const auto& [where, blocks] : made) EXPECT_EQ(blocks.size(), 1u) << "seed " << seed;
    blocks_made += made.size();
  }
  EXPECT_GT(blocks_made, 1'000u);
}

TEST(PowSwarm, TheSameSeedGivesTheSameLines) {
  const auto lines = [](std::uint64_t seed) {
    PowWeather weather(seed);
    std::string all;
    weather.network.listen([&](const std::string& line) { all += line + "\n"; });
    weather.network.show_messages(true);
    weather.network.show_writes(true);
    weather.run();
    return all;
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) EXPECT_EQ(lines(seed), lines(seed)) << "seed " << seed;
  EXPECT_NE(lines(1), lines(2));
}

}  // namespace
}  // namespace bsn
