#include "node/vote_forest.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

Digest block(unsigned number) {
  Digest digest;
  digest.bytes[0] = static_cast<std::uint8_t>(number);
  return digest;
}

VoterSet of(std::initializer_list<std::uint32_t> voters) {
  VoterSet set(4);
  for (const std::uint32_t voter : voters) set.add({voter});
  return set;
}

// 1 <- 2 <- 3 and 2 <- 4.
VoteForest fork() {
  VoteForest forest({1, 2, 4, 8}, block(1));
  forest.add(block(2), block(1));
  forest.add(block(3), block(2));
  forest.add(block(4), block(2));
  forest.vote(of({0, 1}), 5, block(3));
  forest.vote(of({2}), 6, block(4));
  return forest;
}

TEST(VoteForest, ACopySaysTheSame) {
  const VoteForest forest = fork();
  const VoteForest copy = forest;
  for (const unsigned n : {1u, 2u, 3u, 4u, 5u}) EXPECT_EQ(copy.upon(block(n)), forest.upon(block(n)));
  EXPECT_EQ(copy.upon(block(2)), 7u);
  EXPECT_EQ(copy.size(), 4u);
  EXPECT_EQ(copy.root(), block(1));
  for (const std::uint32_t voter : {0u, 1u, 2u, 3u}) {
    EXPECT_EQ(copy.latest_slot({voter}), forest.latest_slot({voter}));
    EXPECT_EQ(copy.latest_block({voter}), forest.latest_block({voter}));
  }
}

TEST(VoteForest, WhatHappensToACopyDoesNotHappenToTheOther) {
  const VoteForest forest = fork();
  VoteForest copy = forest;
  copy.vote(of({0, 3}), 7, block(4));
  copy.move_root(block(4));
  EXPECT_EQ(copy.upon(block(4)), 13u);
  EXPECT_EQ(copy.upon(block(3)), 0u);
  EXPECT_EQ(copy.latest_block({1}), Digest{}) << "it voted for what was dropped";
  EXPECT_EQ(forest.upon(block(3)), 3u);
  EXPECT_EQ(forest.upon(block(4)), 4u);
  EXPECT_EQ(forest.latest_slot({3}), 0u);
}

}  // namespace
}  // namespace bsn
