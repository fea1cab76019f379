#include "node/digest_map.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "core/random.h"

namespace bsn {
namespace {

// Few first bytes, so that most keys want a place that is taken.
Digest crowded(std::uint64_t number) {
  Digest digest;
  digest.bytes[0] = static_cast<std::uint8_t>(number % 5);
  digest.bytes[30] = static_cast<std::uint8_t>(number / 256);
  digest.bytes[31] = static_cast<std::uint8_t>(number % 256);
  return digest;
}

TEST(DigestMap, AnswersLikeAnOrderedMapWhateverIsAddedAndErased) {
  Random random(7);
  DigestMap<std::uint64_t> map;
  std::map<Digest, std::uint64_t> expected;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    const Digest key = crowded(random.below(300));
    if (random.chance(0.5)) {
      const bool fresh = expected.try_emplace(key, step).second;
      const auto [value, added] = map.try_emplace(key, step);
      ASSERT_EQ(added, fresh);
      ASSERT_EQ(*value, expected.at(key));
    } else {
      map.erase(key);
      expected.erase(key);
    }
    ASSERT_EQ(map.size(), expected.size());
    const Digest asked = crowded(random.below(300));
    const std::uint64_t* found = map.find(asked);
    ASSERT_EQ(found != nullptr, expected.contains(asked));
    ASSERT_TRUE(found == nullptr || *found == expected.at(asked));
  }
  std::vector<Digest> keys;
  for (const auto& [key, value] : expected) keys.push_back(key);
  EXPECT_EQ(map.sorted_keys(), keys);
}

TEST(DigestMap, TheZeroDigestIsAKeyLikeAnyOther) {
  DigestMap<int> map;
  EXPECT_FALSE(map.contains({}));
  map.erase({});
  map.try_emplace({}, 3);
  EXPECT_EQ(map.at({}), 3);
  map.erase({});
  EXPECT_FALSE(map.contains({}));
}

TEST(DigestMap, AKeyMayLieInTheValueThatGoes) {
  DigestMap<std::unique_ptr<Digest>> map;
  for (std::uint64_t n = 0; n < 50; ++n) map.try_emplace(crowded(n), std::make_unique<Digest>(crowded(n)));
  for (std::uint64_t n = 0; n < 50; ++n) map.erase(**map.find(crowded(n)));
  EXPECT_EQ(map.size(), 0u);
}

}  // namespace
}  // namespace bsn
