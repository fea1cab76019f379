// Hundreds of small networks in bad weather: loss, duplicates, overtaking, partitions, crashes in the middle of a step.
// What is final must agree all the time; then the weather clears, and progress is asked for.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/engine_dpos.h"
#include "tests/dialogues/engine_network.h"
#include "tests/node/bad_weather.h"

namespace bsn {
namespace {

EngineNetworkOptions draw_options(std::uint64_t seed, Random& random) {
  EngineNetworkOptions options;
  options.seed = seed;
  options.validators = 1 + static_cast<std::uint32_t>(random.below(12));
  options.observers = static_cast<std::uint32_t>(random.below(3));
  options.delay = random.between(milliseconds(1), milliseconds(60));
  options.jitter = random.between(Duration{}, milliseconds(200));
  options.block.max_transactions = 1 + static_cast<std::uint32_t>(random.below(5));
  DposParameters dpos;
  dpos.slot = random.between(milliseconds(100), milliseconds(500)) + (options.delay + options.jitter) * 3;
  dpos.turn_blocks = 1 + static_cast<std::uint32_t>(random.below(6));
  dpos.handover_pause = random.chance(0.5) ? Duration{} : random.between(Duration{}, milliseconds(500));
  dpos.term_pause = random.chance(0.5) ? Duration{} : random.between(Duration{}, seconds(1));
  dpos.last_block_early = random.chance(0.5) ? Duration{} : random.between(Duration{}, dpos.slot);
  dpos.finality =
      random.chance(0.5) ? DposParameters::Finality::last_irreversible : DposParameters::Finality::chained_bft;
  if (dpos.finality == DposParameters::Finality::chained_bft) dpos.last_block_early = {};  // votes need that time
  if (random.chance(0.2)) dpos.producers = 1 + static_cast<std::uint32_t>(random.below(options.validators));
  dpos.gossip_degree = static_cast<std::uint32_t>(random.below(5));
  if (dpos.gossip_degree == 1) dpos.gossip_degree = 2;
  options.parameters = dpos;
  return options;
}

class WatchedWeather {
 public:
  explicit WatchedWeather(std::uint64_t seed)
      : random_(Random(seed).fork("weather")), network_(draw_options(seed, random_)) {
    network_.tamper([this](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
      judge(from, message);
      return std::optional(message);
    });
  }

  void run() { happen_often(network_, random_, 40, milliseconds(2500)); }

  EngineNetwork& network() { return network_; }
  const std::vector<std::string>& doubly_signed() const { return doubly_signed_; }

 private:
  // One block and one vote per slot, restarts included.
  void judge(std::uint32_t from, const ConsensusMessage& message) {
    if (const auto* block = std::get_if<TreeBlock>(&message)) {
      const Proposal& made = *block->proposal;
      if (made.proposer.value == from) judge(from, "block", made.time.ns, proposal_digest(made));
    } else if (const auto* vote = std::get_if<TreeVote>(&message)) {
      judge(from, "vote", static_cast<std::int64_t>(vote->round), vote->block);
    }
  }
  void judge(std::uint32_t from, const std::string& kind, std::int64_t slot, const Digest& what) {
    const auto [at, fresh] = signed_.try_emplace({from, kind, slot}, what);
    if (!fresh && at->second != what) doubly_signed_.push_back(std::to_string(from) + " signed two: " + kind);
  }

  Random random_;
  EngineNetwork network_;
  std::map<std::tuple<std::uint32_t, std::string, std::int64_t>, Digest> signed_;
  std::vector<std::string> doubly_signed_;
};

TEST(DposSwarm, BadWeatherNeverForksWhatIsFinalAndProgressFollowsWhenItClears) {
  std::uint64_t blocks = 0, final = 0, forks = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    WatchedWeather weather(seed);
    weather.run();
    ASSERT_EQ(weather.network().violations(), std::vector<std::string>{}) << "seed " << seed;
    ASSERT_EQ(weather.doubly_signed(), std::vector<std::string>{}) << "seed " << seed;
    for (std::uint32_t v = 0; v < weather.network().peers(); ++v) forks += weather.network().reorganisations(v);
    blocks += weather.network().height(0);
    final += weather.network().final_height(0);
    ASSERT_TRUE(weather.network().makes_progress(seconds(300))) << "seed " << seed;
  }
  EXPECT_GT(blocks, 10'000u);
  EXPECT_GT(final, 2'000u);
  EXPECT_GT(forks, 1'000u);  // a swarm in which nothing went wrong shows nothing
}

TEST(DposSwarm, TheSameSeedGivesTheSameLines) {
  const auto lines = [](std::uint64_t seed) {
    WatchedWeather weather(seed);
    std::string all;
    weather.network().listen([&](const std::string& line) { all += line + "\n"; });
    weather.network().show_messages(true);
    weather.network().show_writes(true);
    weather.run();
    return all;
  };
  for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_EQ(lines(seed), lines(seed)) << "seed " << seed;
  EXPECT_NE(lines(1), lines(2));
}

}  // namespace
}  // namespace bsn
