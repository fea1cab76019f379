#include "node/gossip.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

namespace bsn {
namespace {

std::vector<std::vector<std::uint32_t>> graph(std::uint32_t peers, std::uint32_t degree, std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> all(peers);
  for (std::uint32_t v = 0; v < peers; ++v) {
    for (const ValidatorIndex peer : gossip_neighbours(peers, degree, seed, {v})) all[v].push_back(peer.value);
  }
  return all;
}

std::size_t reachable(const std::vector<std::vector<std::uint32_t>>& graph) {
  std::set<std::uint32_t> seen{0};
  std::vector<std::uint32_t> open{0};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    for (const std::uint32_t next : graph[at]) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen.size();
}

void expect_gossip_graph(std::uint32_t peers, std::uint32_t degree, std::uint64_t seed) {
  const auto all = graph(peers, degree, seed);
  EXPECT_EQ(reachable(all), peers) << peers;
  for (std::uint32_t v = 0; v < peers; ++v) {
    EXPECT_EQ(std::count(all[v].begin(), all[v].end(), v), 0);
    EXPECT_TRUE(std::is_sorted(all[v].begin(), all[v].end()));
    if (degree > 0 && degree < peers - 1) {
      EXPECT_LE(all[v].size(), degree + 1);
    }
    for (const std::uint32_t other : all[v]) {
      EXPECT_TRUE(std::ranges::binary_search(all[other], v)) << v << " and " << other << " of " << peers;
    }
  }
}

TEST(GossipGraph, IsConnectedAndSymmetricForEveryNumberOfPeers) {
  for (std::uint32_t peers = 1; peers <= 1000; peers += peers < 40 ? 1 : 37) expect_gossip_graph(peers, 8, peers);
  expect_gossip_graph(1000, 8, 1);
}

TEST(GossipGraph, IsConnectedAndSymmetricForEveryDegree) {
  for (std::uint32_t degree = 0; degree < 30; ++degree) expect_gossip_graph(25, degree, 7);
}

TEST(GossipGraph, SmallNetworksTalkAllToAll) {
  for (const auto& neighbours : graph(9, 8, 1)) EXPECT_EQ(neighbours.size(), 8u);
  for (const auto& neighbours : graph(30, 0, 1)) EXPECT_EQ(neighbours.size(), 29u);
}

TEST(GossipGraph, AnotherSeedGivesAnotherGraph) {
  EXPECT_EQ(graph(100, 8, 1), graph(100, 8, 1));
  EXPECT_NE(graph(100, 8, 1), graph(100, 8, 2));
}

TEST(GossipGraph, ReachesAThousandPeersInAFewHops) {
  const auto all = graph(1000, 8, 3);
  std::set<std::uint32_t> seen{0};
  int hops = 0;
  for (; seen.size() < all.size() && hops < 20; ++hops) {
    for (const std::uint32_t at : std::set<std::uint32_t>(seen)) seen.insert(all[at].begin(), all[at].end());
  }
  EXPECT_LE(hops, 6);
}

TEST(Gossip, ForgetsTheOldestAndRemembersAtLeastHalfOfTheBound) {
  Gossip gossip({{1}}, 100);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(gossip.first_seen(sha256(std::to_string(i))));
    EXPECT_LE(gossip.remembered(), 100u);
  }
  for (int i = 950; i < 1000; ++i) EXPECT_FALSE(gossip.first_seen(sha256(std::to_string(i)))) << i;
  EXPECT_TRUE(gossip.first_seen(sha256("0")));
}

TEST(Gossip, SpreadsToAllButWhomItCameFrom) {
  const Gossip gossip({{1}, {4}, {7}});
  std::vector<EngineOutput> out;
  gossip.spread(TreeVote{}, ValidatorIndex{4}, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(std::get<SendConsensus>(out[0]).to, ValidatorIndex{1});
  EXPECT_EQ(std::get<SendConsensus>(out[1]).to, ValidatorIndex{7});
}

}  // namespace
}  // namespace bsn
