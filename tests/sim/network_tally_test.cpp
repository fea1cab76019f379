#include "sim/network_tally.h"

#include <gtest/gtest.h>

#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

BlockPtr block(Height height, Duration time, std::size_t transactions = 0) {
  auto made = std::make_shared<Block>();
  made->header.height = height;
  made->header.time = Instant{} + time;
  made->header.state_root.bytes[0] = static_cast<std::uint8_t>(height);
  for (std::size_t i = 0; i < transactions; ++i) made->transactions.push_back(std::make_shared<Transaction>());
  return made;
}

Call submit(Level level) {
  Call call;
  call.operation = Operation::submit;
  call.chain = {"fabric", "trade"};
  call.level = level;
  return call;
}

Reply answer_from(const std::string& city, Duration consensus) {
  Reply reply;
  reply.city = city;
  reply.split.consensus = consensus;
  return reply;
}

Report filled(const NetworkTally& tally, const std::vector<bool>& healthy = {true, false}) {
  Report report;
  tally.fill(two_city_scenario().topology, healthy, report);
  return report;
}

TEST(NetworkTally, CountsABlockOnceWhoeverBringsIt) {
  const Scenario scenario = two_city_scenario();
  NetworkTally tally(scenario.topology);
  for (int peer = 0; peer < 2; ++peer) {
    tally.block({0}, block(1, seconds(1), 2));
    tally.block({0}, block(2, seconds(3), 0));
    tally.block({0}, block(3, seconds(5), 5));
  }
  const NetworkReport network = filled(tally).networks.at(0);
  EXPECT_EQ(network.network, "fabric");
  EXPECT_EQ(network.chain, "trade");
  EXPECT_EQ(network.family, "raft");
  EXPECT_EQ(network.blocks, 3U);
  EXPECT_EQ(network.height, 3U);
  EXPECT_EQ(network.transactions, 7U);
  EXPECT_DOUBLE_EQ(network.block_interval_s, 2);
  EXPECT_EQ(network.state_root.substr(0, 2), "03");
}

TEST(NetworkTally, AChainWithoutBlocksHasNoInterval) {
  const Scenario scenario = two_city_scenario();
  const NetworkTally tally(scenario.topology);
  const NetworkReport network = filled(tally).networks.at(0);
  EXPECT_EQ(network.blocks, 0U);
  EXPECT_EQ(network.block_interval_s, 0);
}

TEST(NetworkTally, FinalityIsTheConsensusPartOfFinalSubmits) {
  const Scenario scenario = two_city_scenario();
  NetworkTally tally(scenario.topology);
  tally.answered(submit(Level::final_), answer_from("north", milliseconds(40)));
  tally.answered(submit(Level::accepted), answer_from("north", milliseconds(1)));
  Call query;
  query.chain = {"fabric", "trade"};
  tally.answered(query, answer_from("south", milliseconds(2)));
  Reply refused = refusal(Status::aborted, Reason::none, "no");
  refused.city = "south";
  tally.answered(submit(Level::final_), refused);
  const Report report = filled(tally);
  EXPECT_EQ(report.networks[0].finality.count, 1U);
  EXPECT_EQ(report.networks[0].finality.p50, milliseconds(40));
  EXPECT_EQ(report.city_nodes[0].calls, 2U);
  EXPECT_EQ(report.city_nodes[1].calls, 1U);
}

TEST(NetworkTally, DescribesEveryCity) {
  const Scenario scenario = two_city_scenario();
  const NetworkTally tally(scenario.topology);
  const Report report = filled(tally);
  ASSERT_EQ(report.city_nodes.size(), 2U);
  const CityNodeReport& south = report.city_nodes[1];
  EXPECT_EQ(south.city, "south");
  EXPECT_EQ(south.state, "connected");
  EXPECT_EQ(south.provider, "China Unicom");
  EXPECT_TRUE(south.overseas);
  EXPECT_FALSE(south.healthy);
  EXPECT_EQ(south.chains, std::vector<std::string>{"fabric/trade"});
  EXPECT_TRUE(report.city_nodes[0].healthy);
  EXPECT_FALSE(filled(tally, {}).city_nodes[0].healthy) << "nobody said that it is";
}

TEST(NetworkTally, AnAnswerFromAnUnknownCityOrChainIsNotCounted) {
  const Scenario scenario = two_city_scenario();
  NetworkTally tally(scenario.topology);
  Call call = submit(Level::final_);
  call.chain.chain = "elsewhere";
  tally.answered(call, answer_from("atlantis", milliseconds(1)));
  const Report report = filled(tally);
  EXPECT_EQ(report.networks[0].finality.count, 0U);
  EXPECT_EQ(report.city_nodes[0].calls + report.city_nodes[1].calls, 0U);
}

// A block of its own for each fork.
BlockPtr forked(Height height, int fork) {
  auto made = std::make_shared<Block>();
  made->header.height = height;
  made->hash = sha256("fork " + std::to_string(fork) + " at " + std::to_string(height));
  return made;
}

TEST(NetworkTally, ABlockThatFellOutIsStaleOnceHoweverManyPeersUndidIt) {
  const Scenario scenario = two_city_scenario();
  NetworkTally tally(scenario.topology);
  const std::vector<BlockPtr> lost{forked(1, 9), forked(2, 9)};
  tally.reorganised({0}, {0}, lost);
  tally.reorganised({0}, {0}, std::span(lost).last(1));
  tally.reorganised({0}, {1}, lost);
  tally.block({0}, forked(1, 0));
  tally.block({0}, forked(2, 0));
  const NetworkReport network = filled(tally).networks.at(0);
  EXPECT_EQ(network.stale_blocks, 2U);
  EXPECT_EQ(network.reorganisations, 2U) << "of the peer that saw most";
  EXPECT_EQ(network.max_reorganisation_depth, 2U);
}

TEST(NetworkTally, ABlockThatCameBackOrMayComeBackIsNotStale) {
  const Scenario scenario = two_city_scenario();
  NetworkTally tally(scenario.topology);
  tally.reorganised({0}, {0}, std::vector<BlockPtr>{forked(1, 0)});
  tally.block({0}, forked(1, 0));
  tally.reorganised({0}, {1}, std::vector<BlockPtr>{forked(1, 0), forked(2, 5)});
  EXPECT_EQ(filled(tally).networks.at(0).stale_blocks, 0U);
}

TEST(NetworkTally, TakesOverWhatPeersCountedThemselves) {
  const Scenario scenario = two_city_scenario();
  NetworkTally tally(scenario.topology);
  tally.counted({0}, 3, 1, 1);
  tally.counted({0}, 2, 4, 2);
  const NetworkReport network = filled(tally).networks.at(0);
  EXPECT_EQ(network.reorganisations, 3U);
  EXPECT_EQ(network.max_reorganisation_depth, 4U);
  EXPECT_EQ(network.stale_blocks, 3U);
}

}  // namespace
}  // namespace bsn
