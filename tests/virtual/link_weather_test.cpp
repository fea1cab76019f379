#include "sim/virtual/link_weather.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

constexpr CityIndex beijing{0}, shanghai{1}, tokyo{2};

LinkWeather weather() { return LinkWeather({"beijing", "shanghai", "tokyo"}, 1); }

int count(LinkWeather& weather, CityIndex from, CityIndex to, bool (*what)(const LinkWeather::Passage&)) {
  int found = 0;
  for (int n = 0; n < 10'000; ++n) found += what(weather.passage(from, to)) ? 1 : 0;
  return found;
}

TEST(LinkWeather, IsCalmUntilSomethingIsSet) {
  LinkWeather links = weather();
  EXPECT_TRUE(links.calm());
  links.set(FaultKind::latency, beijing, milliseconds(5), 0);
  EXPECT_FALSE(links.calm());
}

TEST(LinkWeather, LatencyOfBothEndsIsAddedToMessagesAndCalls) {
  LinkWeather links = weather();
  links.set(FaultKind::latency, beijing, milliseconds(50), 0);
  links.set(FaultKind::latency, shanghai, milliseconds(7), 0);
  EXPECT_EQ(links.passage(beijing, shanghai).added, milliseconds(57));
  EXPECT_EQ(links.passage(tokyo, beijing).added, milliseconds(50));
  EXPECT_EQ(links.call_delay(shanghai, tokyo), milliseconds(7));
  links.set(FaultKind::latency, beijing, {}, 0);
  EXPECT_EQ(links.passage(tokyo, beijing).added, Duration{});
}

TEST(LinkWeather, ALostMessageComesLaterAndNeverNot) {
  LinkWeather links = weather();
  links.set(FaultKind::loss, beijing, {}, 0.2);
  const int late = count(links, beijing, tokyo, [](const auto& one) { return one.added >= milliseconds(200); });
  EXPECT_NEAR(late, 2000, 200);
  EXPECT_EQ(count(links, beijing, tokyo, [](const auto& one) { return one.broken || one.overtaken; }), 0);
}

TEST(LinkWeather, ABrokenConnectionIsAnotherOneAfterwardsInItsDirectionOnly) {
  LinkWeather links = weather();
  links.set(FaultKind::reset_peer, beijing, {}, 0.1);
  const std::uint32_t before = links.connection(beijing, tokyo);
  const int broken = count(links, beijing, tokyo, [](const auto& one) { return one.broken; });
  EXPECT_NEAR(broken, 1000, 150);
  EXPECT_EQ(links.connection(beijing, tokyo), before + static_cast<std::uint32_t>(broken));
  EXPECT_EQ(links.connection(tokyo, beijing), 0u);
}

TEST(LinkWeather, SomeMessagesComeTwiceAndSomeAreOvertaken) {
  LinkWeather links = weather();
  links.set(FaultKind::duplicate, beijing, {}, 0.3);
  links.set(FaultKind::reorder, beijing, milliseconds(80), 0.3);
  EXPECT_NEAR(count(links, beijing, tokyo, [](const auto& one) { return one.again.has_value(); }), 3000, 300);
  EXPECT_NEAR(count(links, beijing, tokyo, [](const auto& one) { return one.overtaken; }), 3000, 300);
  EXPECT_EQ(count(links, beijing, tokyo, [](const auto& one) { return one.added > milliseconds(80); }), 0);
  EXPECT_EQ(count(links, shanghai, tokyo, [](const auto& one) { return one.overtaken || one.again; }), 0);
}

}  // namespace
}  // namespace bsn
