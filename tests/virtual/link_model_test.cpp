#include "sim/virtual/link_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace bsn {
namespace {

std::vector<CitySpec> cities() {
  CitySpec beijing{{0}, "beijing", {39.9, 116.4, Region::mainland, Provider::china_mobile}, CityState::connected, ""};
  CitySpec shanghai{{1}, "shanghai", {31.2, 121.5, Region::mainland, Provider::china_unicom}, CityState::connected, ""};
  CitySpec tokyo{{2}, "tokyo", {35.7, 139.7, Region::overseas, Provider::microsoft_azure}, CityState::connected, ""};
  return {beijing, shanghai, tokyo};
}

constexpr CityIndex beijing{0}, shanghai{1}, tokyo{2};

std::vector<Instant> arrivals(LinkModel& model, CityIndex from, CityIndex to) {
  std::vector<Instant> all;
  for (int i = 0; i < 200; ++i) all.push_back(model.arrival(from, to, Instant{} + milliseconds(i)));
  return all;
}

TEST(LinkModel, PeerMessagesKeepTheirOrderOnALink) {
  WanParameters wan;
  wan.inbound_loss = 0.2;  // so that without the rule many would overtake
  LinkModel model(wan, cities(), 1, "peer", LinkOrder::kept);
  const std::vector<Instant> all = arrivals(model, tokyo, shanghai);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  LinkModel calls(wan, cities(), 1, "peer", LinkOrder::free);
  const std::vector<Instant> unordered = arrivals(calls, tokyo, shanghai);
  EXPECT_FALSE(std::is_sorted(unordered.begin(), unordered.end()));
}

TEST(LinkModel, NothingArrivesBeforeLightInFibreWould) {
  const WanParameters wan;
  LinkModel model(wan, cities(), 1, "peer", LinkOrder::kept);
  const Duration base = link_profile(wan, cities()[0].place, cities()[1].place).base;
  EXPECT_EQ(model.base_delay(beijing, shanghai), base);
  int i = 0;
  for (const Instant at : arrivals(model, beijing, shanghai)) EXPECT_GE(at, Instant{} + milliseconds(i++) + base);
}

TEST(LinkModel, KnownLatenciesOfZonesStandInForDistance) {
  Topology topology;
  topology.zones = {{"east", {}, {milliseconds(10), milliseconds(80)}},
                    {"west", {}, {milliseconds(80), milliseconds(12)}}};
  topology.cities.resize(3);  // the third lies in no zone
  topology.cities[0].zone = "east";
  topology.cities[1].zone = "west";
  WanParameters wan;
  wan.fixed = milliseconds(1);
  wan.jitter_fixed = milliseconds(5);
  LinkModel model(wan, cities(), 1, "peer", LinkOrder::free, ZoneLatencies(topology));
  EXPECT_EQ(model.base_delay(beijing, shanghai), milliseconds(76));  // the mean jitter of 5 ms comes on top
  EXPECT_EQ(model.base_delay(beijing, tokyo), link_profile(wan, cities()[0].place, cities()[2].place).base);
  Duration sum;
  for (int n = 0; n < 2000; ++n) sum = sum + (model.arrival(beijing, shanghai, {}) - Instant{});
  EXPECT_NEAR(sum.seconds() / 2000, 0.081, 0.002);
}

TEST(LinkModel, OneCityIsReachedAtOnce) {
  LinkModel model(WanParameters{}, cities(), 1, "call", LinkOrder::free);
  EXPECT_EQ(model.arrival(tokyo, tokyo, {42}), Instant{42});
}

TEST(LinkModel, OtherTrafficAndOtherCitiesDoNotChangeALinksLuck) {
  LinkModel alone(WanParameters{}, cities(), 1, "peer", LinkOrder::kept);
  std::vector<CitySpec> more = cities();
  more.push_back({{3}, "paris", {48.9, 2.4, Region::overseas, Provider::microsoft_azure}, CityState::connected, ""});
  LinkModel crowded(WanParameters{}, more, 1, "peer", LinkOrder::kept);
  arrivals(crowded, shanghai, beijing);
  arrivals(crowded, CityIndex{3}, shanghai);
  EXPECT_EQ(arrivals(alone, beijing, shanghai), arrivals(crowded, beijing, shanghai));
}

TEST(LinkModel, AnotherSeedOrKindHasOtherLuck) {
  LinkModel one(WanParameters{}, cities(), 1, "peer", LinkOrder::kept);
  LinkModel two(WanParameters{}, cities(), 2, "peer", LinkOrder::kept);
  LinkModel call(WanParameters{}, cities(), 1, "call", LinkOrder::kept);
  const std::vector<Instant> first = arrivals(one, beijing, shanghai);
  EXPECT_NE(first, arrivals(two, beijing, shanghai));
  EXPECT_NE(first, arrivals(call, beijing, shanghai));
}

TEST(Partition, SeparatesGroupsAndLeavesTheUnnamedTogether) {
  Partition partition(5);
  EXPECT_TRUE(partition.reaches({0}, {4}));
  partition.split({{{0}, {1}}, {{2}}}, false);
  EXPECT_TRUE(partition.reaches({0}, {1}));
  EXPECT_FALSE(partition.reaches({1}, {2}));
  EXPECT_FALSE(partition.reaches({3}, {0}));
  EXPECT_TRUE(partition.reaches({3}, {4}));
  partition.split({}, false);
  EXPECT_TRUE(partition.reaches({1}, {2}));
}

TEST(Partition, OneWayLetsAGroupReachTheGroupsBeforeIt) {
  Partition partition(4);
  partition.split({{{0}}, {{1}}}, true);
  EXPECT_TRUE(partition.reaches({1}, {0}));
  EXPECT_FALSE(partition.reaches({0}, {1}));
  EXPECT_TRUE(partition.reaches({2}, {1})) << "the unnamed are the last group";
  EXPECT_TRUE(partition.reaches({2}, {3}));
  EXPECT_FALSE(partition.reaches({1}, {3}));
}

TEST(LinkModel, AMessageThatIsOvertakenKeepsNobodyBehindIt) {
  LinkModel links(WanParameters{}, cities(), 1, "peer", LinkOrder::kept);
  const Instant late = links.arrival(beijing, shanghai, Instant{}, seconds(1), true);
  EXPECT_GT(late, Instant{} + seconds(1));
  EXPECT_LT(links.arrival(beijing, shanghai, Instant{}), Instant{} + seconds(1));
}

}  // namespace
}  // namespace bsn
