#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/state_proof.h"

namespace bsn {
namespace {

TEST(StatePath, OfAKeyIsItsHash) {
  EXPECT_EQ(state_path("a/alice"), sha256("a/alice"));
  EXPECT_EQ(state_path(""), sha256(""));
  EXPECT_EQ(state_path("#1234567"), sha256("#1234567")) << "a mark without eight bytes behind it numbers nothing";
}

TEST(StatePath, NumberedKeysStandSideBySideInOrder) {
  Digest last = state_path(numbered_key("lane", 0));
  for (const std::uint64_t number : {1ULL, 2ULL, 255ULL, 256ULL, 1ULL << 40, ~0ULL}) {
    const Digest path = state_path(numbered_key("lane", number));
    EXPECT_LT(last, path);
    EXPECT_TRUE(std::equal(path.bytes.begin(), path.bytes.begin() + 24, last.bytes.begin()));
    last = path;
  }
}

TEST(StatePath, WhatIsCountedTellsThemApart) {
  std::set<Digest> paths;
  for (const char* name : {"", "a", "b", "ab", "#a"}) {
    for (const std::uint64_t number : {0, 1, 256}) {
      EXPECT_TRUE(paths.insert(state_path(numbered_key(name, number))).second) << name << " " << number;
    }
  }
}

}  // namespace
}  // namespace bsn
