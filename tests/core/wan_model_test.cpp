#include "core/wan_model.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

constexpr Place beijing{39.9075, 116.39723, Region::mainland, Provider::china_mobile};
constexpr Place shanghai{31.22222, 121.45806, Region::mainland, Provider::china_mobile};
constexpr Place shanghai_unicom{31.22222, 121.45806, Region::mainland, Provider::china_unicom};
constexpr Place paris{48.85341, 2.3488, Region::overseas, Provider::microsoft_azure};
constexpr Place singapore{1.28967, 103.85007, Region::overseas, Provider::microsoft_azure};

double round_trip_ms(const Place& a, const Place& b) {
  const WanParameters wan;
  return (link_profile(wan, a, b).base + link_profile(wan, b, a).base).seconds() * 1e3;
}

TEST(Distance, BeijingToShanghaiIsAboutAThousandKilometres) {
  EXPECT_NEAR(distance_km(beijing, shanghai), 1068, 10);
  EXPECT_EQ(distance_km(beijing, beijing), 0);
}

// 22 ms at 2.1 x great circle, plus the fixed millisecond of the two ends.
TEST(WanModel, BeijingShanghaiTakesAboutTwentyThreeMilliseconds) {
  EXPECT_NEAR(round_trip_ms(beijing, shanghai), 23.4, 1);
}

TEST(WanModel, AnotherProviderCostsFiveToFifteenMillisecondsEachWay) {
  const WanParameters wan;
  const Duration extra = link_profile(wan, beijing, shanghai_unicom).base - link_profile(wan, beijing, shanghai).base;
  EXPECT_GE(extra, wan.other_provider_min);
  EXPECT_LE(extra, wan.other_provider_max);
}

TEST(WanModel, TheBorderIsCrossedByAnExitAndCostsMore) {
  const WanParameters wan;
  const Duration straight = from_seconds(distance_km(beijing, paris) * wan.overseas_detour / 2e5);
  EXPECT_GE(link_profile(wan, beijing, paris).base, straight + wan.border);
  EXPECT_LT(round_trip_ms(beijing, paris), 400);
}

TEST(WanModel, OnlyTheWayIntoTheMainlandLosesMore) {
  const WanParameters wan;
  EXPECT_EQ(link_profile(wan, paris, beijing).loss, wan.inbound_loss);
  EXPECT_EQ(link_profile(wan, beijing, paris).loss, wan.mainland_loss);
  EXPECT_EQ(link_profile(wan, paris, singapore).loss, wan.mainland_loss);
  EXPECT_EQ(link_profile(wan, paris, beijing).base, link_profile(wan, beijing, paris).base);
}

TEST(WanModel, SwitchedOffOrAtHomeItTakesNoTime) {
  WanParameters off;
  off.enabled = false;
  Random random(1);
  EXPECT_EQ(sample_delay(link_profile(off, beijing, paris), random), Duration{});
  EXPECT_EQ(sample_delay(link_profile({}, beijing, beijing), random), Duration{});
}

TEST(WanModel, DelaysLieAboveTheBaseWithTheMeanJitter) {
  const LinkProfile link = link_profile({}, beijing, shanghai);
  Random random(2);
  double jitter = 0;
  constexpr int draws = 50'000;
  for (int i = 0; i < draws; ++i) {
    const Duration delay = sample_delay({link.base, link.jitter_mean, 0, {}}, random);
    ASSERT_GE(delay, link.base);
    jitter += (delay - link.base).seconds();
  }
  EXPECT_NEAR(jitter / draws, link.jitter_mean.seconds(), link.jitter_mean.seconds() * 0.03);
}

TEST(WanModel, ALossCostsARetransmissionAndIsBounded) {
  const LinkProfile always{milliseconds(10), {}, 1.0, milliseconds(200)};
  Random random(3);
  EXPECT_EQ(sample_delay(always, random), milliseconds(10) + milliseconds(200) * 8);
}

}  // namespace
}  // namespace bsn
