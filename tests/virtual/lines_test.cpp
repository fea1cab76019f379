#include "sim/virtual/lines.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sim/virtual/wire_bytes.h"

namespace bsn {
namespace {

constexpr CityIndex slow{0}, fast{1}, free_city{2};
constexpr Duration way = milliseconds(100);

// 8 Mbit/s up: a megabyte a second. The receiver `fast` takes 4 Mbit/s only.
Topology three_cities() {
  Topology topology;
  topology.zones = {{"slow", {8, 0}}};
  topology.cities.resize(3);
  for (std::size_t n = 0; n < 3; ++n) topology.cities[n].id = std::vector{"slow", "fast", "free"}[n];
  topology.cities[0].zone = "slow";
  topology.cities[1].line = {0, 4};
  Network network;
  network.id = "bitcoin";
  topology.networks = {network};
  topology.chains = {{{"bitcoin", "main"}, {"slow", "fast"}, {}}};
  return topology;
}

PeerMessage chunk(std::size_t bytes) {
  SnapshotChunk chunk;
  chunk.bytes = std::make_shared<const std::string>(bytes, 'x');
  return chunk;
}

PeerMessage block() { return ConsensusMessage(TreeBlock{std::make_shared<const Proposal>()}); }

std::optional<Instant> send(Lines& lines, CityIndex from, CityIndex to, const PeerMessage& message, Instant now = {}) {
  return lines.departure(from, to, ChainIndex{0}, message, now, [](CityIndex, CityIndex) { return way; });
}

double seconds_of(const std::optional<Instant>& at) { return at ? (*at - Instant{}).seconds() : -1; }

TEST(Lines, NobodyHasALimitUnlessTheTopologySaysSo) {
  Topology topology = three_cities();
  EXPECT_TRUE(Lines(topology, 1).limited());
  topology.zones.clear();
  topology.cities[1].line = {};
  EXPECT_FALSE(Lines(topology, 1).limited());
}

TEST(Lines, AMessageTakesItsBytesByTheLowerOfBothRates) {
  Lines lines(three_cities(), 1);
  EXPECT_NEAR(seconds_of(send(lines, slow, free_city, chunk(1'000'000))), 1.0, 0.001);
  EXPECT_NEAR(seconds_of(send(lines, free_city, fast, chunk(1'000'000))), 2.0, 0.001);
  EXPECT_EQ(seconds_of(send(lines, fast, free_city, chunk(1'000'000))), 0);
}

TEST(Lines, OneMessageLeavesAfterTheOtherWhoeverItIsFor) {
  Lines lines(three_cities(), 1);
  send(lines, slow, free_city, chunk(1'000'000));
  EXPECT_NEAR(seconds_of(send(lines, slow, fast, chunk(500'000))), 2.0, 0.001);
  EXPECT_NEAR(seconds_of(send(lines, slow, free_city, chunk(500'000), Instant{} + seconds(10))), 10.5, 0.001);
}

TEST(Lines, WhatFitsOnePacketWaitsForNobody) {
  Lines lines(three_cities(), 1);
  send(lines, slow, free_city, chunk(1'000'000));
  EXPECT_LT(seconds_of(send(lines, slow, free_city, chunk(1'000))), 0.002);
}

TEST(Lines, WhatWouldWaitLongerThanTheQueueHoldsIsLost) {
  Lines lines(three_cities(), 1);
  int sent = 0;
  while (send(lines, slow, free_city, chunk(1'000'000)) && sent < 1000) ++sent;
  EXPECT_NEAR(sent, Lines::queue_max.seconds() + 1, 1);
  EXPECT_EQ(lines.lost(), 1u);
  EXPECT_TRUE(send(lines, slow, free_city, chunk(1'000'000), Instant{} + seconds(30)));
}

TEST(Lines, OneAtATimeWaitsUntilTheOneBeforeHasArrived) {
  Topology topology = three_cities();
  topology.zones[0].line.one_at_a_time = true;
  Lines lines(topology, 1);
  send(lines, slow, free_city, chunk(1'000'000));
  EXPECT_NEAR(seconds_of(send(lines, slow, free_city, chunk(1'000'000))), 2.1, 0.001);
}

TEST(Lines, ABlockWeighsWhatTheNetworkSaysAndLessAsACompactOne) {
  Topology topology = three_cities();
  topology.networks[0].weight = {500'000, {}};
  Lines whole(topology, 1);
  EXPECT_NEAR(seconds_of(send(whole, slow, free_city, block())), 0.5, 0.001);
  topology.networks[0].weight.compact = {20'000, 1, 0, 0};
  Lines compact(topology, 1);
  EXPECT_NEAR(seconds_of(send(compact, slow, free_city, block())), 0.02, 0.001);
}

TEST(Lines, AnIncompleteCompactBlockCostsARoundTripAndWhatIsMissing) {
  Topology topology = three_cities();
  topology.networks[0].weight = {500'000, {20'000, 1, 1, 0.1}};
  Lines lines(topology, 1);
  double sum = 0;
  for (int n = 0; n < 1000; ++n) {
    const Instant now = Instant{} + seconds(100 * n);
    sum += seconds_of(send(lines, slow, free_city, block(), now)) - 100.0 * n;
  }
  EXPECT_NEAR(sum / 1000, 0.02 + 0.2 + 0.05, 0.006);  // the list, the round trip, a tenth of the block
}

TEST(WireBytes, CountsWhatAMessageCarries) {
  EXPECT_NEAR(static_cast<double>(wire_bytes(chunk(10'000))), 10'000, 100);
  Transaction parts;
  parts.size = 700;
  const TransactionsForward forward{
      {std::make_shared<const Transaction>(parts), std::make_shared<const Transaction>(parts)}};
  EXPECT_NEAR(static_cast<double>(wire_bytes(forward)), 1'400, 100);
  EXPECT_LT(wire_bytes(ConsensusMessage(TreeOffer{})), 100u);
  EXPECT_TRUE(is_tree_block(block()));
  EXPECT_FALSE(is_tree_block(forward));
}

}  // namespace
}  // namespace bsn
