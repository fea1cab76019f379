#include "gateway/peer_latency.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

constexpr ChainIndex chain{1};
constexpr CityIndex city{2};

Instant at(Duration since_start) { return Instant{} + since_start; }

TEST(PeerLatency, KnowsNothingAtFirstAndKeepsPeersApart) {
  PeerLatency latency(3, 4);
  EXPECT_EQ(latency.beyond_the_way(chain, city, at({})), Duration{});
  latency.add(chain, city, milliseconds(10), at(seconds(1)));
  EXPECT_EQ(latency.beyond_the_way(chain, city, at(seconds(1))), milliseconds(10));
  EXPECT_EQ(latency.beyond_the_way(chain, {3}, at(seconds(1))), Duration{});
  EXPECT_EQ(latency.beyond_the_way({2}, city, at(seconds(1))), Duration{});
}

TEST(PeerLatency, RisesAtOnceAndFallsSlowly) {
  PeerLatency latency(3, 4);
  latency.add(chain, city, milliseconds(10), at(seconds(1)));
  latency.add(chain, city, milliseconds(90), at(seconds(1)));
  EXPECT_EQ(latency.beyond_the_way(chain, city, at(seconds(1))), milliseconds(90));
  latency.add(chain, city, milliseconds(10), at(seconds(1)));
  EXPECT_EQ(latency.beyond_the_way(chain, city, at(seconds(1))), milliseconds(80)) << "an eighth of the way";
  for (int i = 0; i < 50; ++i) latency.add(chain, city, milliseconds(10), at(seconds(1)));
  EXPECT_LT(latency.beyond_the_way(chain, city, at(seconds(1))), milliseconds(11));
}

TEST(PeerLatency, FadesSoThatASlowPeerIsTriedAgain) {
  PeerLatency latency(3, 4);
  latency.add(chain, city, milliseconds(100), at(seconds(1)));
  EXPECT_EQ(latency.beyond_the_way(chain, city, at(seconds(1)) + PeerLatency::tau), milliseconds(50));
  EXPECT_LT(latency.beyond_the_way(chain, city, at(seconds(1)) + PeerLatency::tau * 99), microseconds(1001));
}

TEST(PeerLatency, ASampleThatIsLessThanTheWayCountsAsNothing) {
  PeerLatency latency(3, 4);
  latency.add(chain, city, milliseconds(-5), at(seconds(1)));
  EXPECT_EQ(latency.beyond_the_way(chain, city, at(seconds(1))), Duration{});
}

TEST(PeerLatency, GrowsWithTheChains) {
  PeerLatency latency(2, 4);
  latency.add(chain, city, milliseconds(10), at(seconds(1)));
  latency.grow(3);
  EXPECT_EQ(latency.beyond_the_way(chain, city, at(seconds(1))), milliseconds(10));
  EXPECT_EQ(latency.beyond_the_way({2}, {3}, at(seconds(1))), Duration{});
}

}  // namespace
}  // namespace bsn
