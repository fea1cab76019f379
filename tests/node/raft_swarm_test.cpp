// Many random lives of a Raft network: crashes in the middle of steps, restarts, partitions, lost, repeated and late
// messages. Safety is asked after every event of chance, liveness after the network healed.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/quorum.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

constexpr Duration election = milliseconds(1000);

EngineNetworkOptions options_of(Random& random, std::uint64_t seed) {
  RaftParameters raft;
  raft.heartbeat = milliseconds(100);
  raft.election_timeout = election;
  raft.batch_timeout = milliseconds(50);
  raft.max_inflight_batches = static_cast<std::uint32_t>(1 + random.below(5));
  raft.kept_entries = static_cast<std::uint32_t>(1 + random.below(30));
  EngineNetworkOptions options;
  options.validators = static_cast<std::uint32_t>(1 + random.below(5));
  options.seed = seed;
  options.delay = milliseconds(1 + static_cast<std::int64_t>(random.below(40)));
  options.jitter = random.chance(0.5) ? options.delay * 3 : Duration{};
  options.block.max_transactions = static_cast<std::uint32_t>(1 + random.below(10));
  options.parameters = raft;
  return options;
}

void something_happens(EngineNetwork& network, Random& random) {
  const auto anyone = [&] { return static_cast<std::uint32_t>(random.below(network.validators())); };
  switch (random.below(16)) {  // the most frequent event is more work
    case 0:
      return network.crash(anyone());
    case 1:
      return network.crash_after(anyone(), static_cast<std::uint32_t>(1 + random.below(12)));
    case 2:
    case 3:
      return network.restart(anyone());
    case 4:
      return network.isolate(anyone());
    case 5:
      if (network.validators() == 1) return;
      return network.block(anyone(), (anyone() + 1) % network.validators());
    case 6:
      return network.lose(random.unit() * 0.3);
    case 7:
      return network.duplicate(random.unit() * 0.5);
    case 8:
      return network.heal();
    default:
      return network.offer(anyone(), static_cast<std::uint32_t>(1 + random.below(20)));
  }
}

const RaftEntry* stored(const DurableState& disk, std::uint64_t index) {
  const auto at = std::find_if(disk.raft_log.begin(), disk.raft_log.end(),
                               [&](const RaftEntry& entry) { return entry.index == index; });
  return at == disk.raft_log.end() ? nullptr : &*at;
}

// Log matching (section 5.3): two stored entries of one index and term are the same, and so are their predecessors.
void expect_logs_match(const EngineNetwork& network) {
  for (std::uint32_t a = 0; a < network.validators(); ++a) {
    for (std::uint32_t b = a + 1; b < network.validators(); ++b) {
      bool agreed = false;
      const auto& log = network.durable(a).raft_log;
      for (auto mine = log.rbegin(); mine != log.rend(); ++mine) {
        const RaftEntry* theirs = stored(network.durable(b), mine->index);
        if (!theirs) continue;
        const bool same = theirs->term == mine->term && theirs->proposal == mine->proposal;
        EXPECT_TRUE(same || !agreed) << "logs of " << a << " and " << b << " at " << mine->index;
        EXPECT_TRUE(same || theirs->term != mine->term) << "two entries of term " << mine->term;
        agreed |= same;
      }
    }
  }
}

// Durability: what anybody sealed is on the disks of a majority, as a block or as an entry.
void expect_sealed_is_durable(const EngineNetwork& network) {
  BlockPtr highest;
  for (std::uint32_t v = 0; v < network.validators(); ++v) {
    const auto& blocks = network.durable(v).blocks;
    if (!blocks.empty() && (!highest || blocks.size() > highest->header.height)) highest = blocks.back();
  }
  if (!highest) return;
  std::uint32_t holders = 0;
  for (std::uint32_t v = 0; v < network.validators(); ++v) {
    const DurableState& disk = network.durable(v);
    const bool logged = std::any_of(disk.raft_log.begin(), disk.raft_log.end(), [&](const RaftEntry& entry) {
      return entry.proposal && entry.proposal->height == highest->header.height &&
             proposal_digest(*entry.proposal) == highest->hash;
    });
    if (logged || disk.blocks.size() >= highest->header.height) ++holders;
  }
  EXPECT_GE(holders, majority(network.validators())) << "height " << highest->header.height;
}

struct Life {
  std::vector<std::string> events;
  Height height = 0;
};

Life live(std::uint64_t seed) {
  Life life;
  Random random = Random(seed).fork("life");
  EngineNetwork network(options_of(random, seed));
  network.listen([&](const std::string& event) { life.events.push_back(event); });
  for (int i = 0; i < 60 && network.violations().empty(); ++i) {
    something_happens(network, random);
    network.advance(random.between(Duration{}, election * 2));
    expect_logs_match(network);
    expect_sealed_is_durable(network);
  }
  // Ten rounds of elections in which nobody fails are enough for one that does not split. What waits from before comes
  // first: at worst one block per transaction and a round trip of 320 ms per block.
  const Duration backlog = milliseconds(320) * static_cast<std::int64_t>(network.offered().size());
  EXPECT_TRUE(network.makes_progress(election * 20 + backlog)) << "seed " << seed;
  for (const std::string& violation : network.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
  for (std::uint32_t v = 0; v < network.validators(); ++v) life.height = std::max(life.height, network.height(v));
  return life;
}

TEST(RaftSwarm, IsSafeInAnyWeatherAndGoesOnWhenItClears) {
  Height blocks = 0;
  std::size_t crashes = 0;
  std::size_t fetches = 0;
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    const Life life = live(seed);
    blocks += life.height;
    for (const std::string& event : life.events) {
      crashes += event.find("crashed") != std::string::npos;
      fetches += event.find("fetches") != std::string::npos;
    }
  }
  // A swarm in which nothing happens proves nothing.
  EXPECT_GT(blocks, 10'000u);
  EXPECT_GT(crashes, 1'000u);
  EXPECT_GT(fetches, 50u);
}

TEST(RaftSwarm, TheSameSeedLivesTheSameLife) {
  EXPECT_EQ(live(7).events, live(7).events);
  EXPECT_NE(live(7).events, live(8).events);
}

}  // namespace
}  // namespace bsn
