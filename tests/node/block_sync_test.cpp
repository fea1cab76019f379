#include "node/block_sync.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

// A block that nobody executes: only its height and hash matter here.
BlockPtr block(Height height, const std::string& kind = "true") {
  auto made = std::make_shared<Block>();
  made->header.height = height;
  made->header.state_root = sha256(kind);
  made->hash = header_digest(made->header);
  return made;
}

Blocks say(Height height, const std::string& kind = "true") { return {{block(height, kind)}, height}; }

Instant at(Duration since_start) { return Instant{} + since_start; }

BlockSync follower(std::uint32_t validators, std::uint32_t needed) {
  return BlockSync({validators, std::nullopt, needed, true, 0}, 0, Instant{});
}

constexpr ValidatorIndex v0{0}, v1{1}, v2{2}, v3{3};

TEST(BlockSync, ABlockIsBelievedOnceEnoughValidatorsGaveTheSame) {
  BlockSync sync = follower(4, 2);
  sync.heard(v0, say(1), {});
  sync.heard(v0, say(1), {});
  EXPECT_TRUE(sync.believed().empty());
  sync.heard(v1, say(1, "lie"), {});
  EXPECT_TRUE(sync.believed().empty());
  sync.heard(v2, say(1), {});
  ASSERT_EQ(sync.believed().size(), 2U);
  EXPECT_EQ(sync.believed()[0]->hash, block(1)->hash);
}

TEST(BlockSync, WhoGaveAnotherBlockThanTheBelievedOneIsNotListenedToAnyMore) {
  BlockSync sync = follower(4, 2);
  sync.heard(v1, say(1, "lie"), {});
  sync.heard(v0, say(1), {});
  sync.heard(v2, say(1), {});
  sync.advanced(block(1)->hash, {});
  sync.heard(v1, say(2), {});
  sync.heard(v0, say(2), {});
  EXPECT_TRUE(sync.believed().empty());
  sync.heard(v2, say(2), {});
  EXPECT_FALSE(sync.believed().empty());
}

TEST(BlockSync, ABodyThatDoesNotVerifyIsDroppedWithItsSender) {
  BlockSync sync = follower(3, 1);
  sync.heard(v0, say(1, "lie"), {});
  sync.refuted(sync.believed().front());
  EXPECT_TRUE(sync.believed().empty());
  sync.heard(v0, say(1), {});
  EXPECT_TRUE(sync.believed().empty());
  sync.heard(v1, say(1), {});
  EXPECT_FALSE(sync.believed().empty());
}

TEST(BlockSync, AHashThatIsNotTheHeadersIsALie) {
  BlockSync sync = follower(3, 1);
  auto forged = std::make_shared<Block>(*block(1));
  forged->hash = sha256("forged");
  sync.heard(v0, {{forged}, 1}, {});
  EXPECT_TRUE(sync.believed().empty());
  EXPECT_FALSE(sync.behind());
}

TEST(BlockSync, FarBlocksAreNotKept) {
  BlockSync sync = follower(3, 1);
  for (Height height = 1; height <= 200; ++height) sync.heard(v0, say(height), {});
  for (Height height = 1; height <= BlockSync::window; ++height) {
    ASSERT_FALSE(sync.believed().empty());
    sync.advanced(block(height)->hash, {});
  }
  EXPECT_TRUE(sync.believed().empty());
  EXPECT_TRUE(sync.behind());
}

TEST(BlockSync, AskWhoHasNotGivenTheBlockYetWhenItDoesNotCome) {
  BlockSync sync = follower(4, 2);
  sync.heard(v0, say(1), {});
  EXPECT_EQ(sync.next_due(), at(seconds(1)));
  const auto requests = sync.take_due(at(seconds(1)));
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].to, v1);
  EXPECT_EQ(requests[1].to, v2);
  EXPECT_EQ(requests[0].from, 1U);
}

TEST(BlockSync, QuestionsInVainComeLessOftenAndEnd) {
  BlockSync sync({4, v3, 1, false, 0}, 0, {});
  sync.want(v2, 10, {});
  std::vector<std::int64_t> times;
  while (const auto due = sync.next_due()) {
    const auto requests = sync.take_due(*due);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_NE(requests[0].to, v3);
    times.push_back((*due - Instant{}).ns / 1'000'000'000);
  }
  ASSERT_EQ(times.size(), 21U);
  EXPECT_EQ(std::vector(times.begin(), times.begin() + 6), (std::vector<std::int64_t>{0, 1, 3, 7, 15, 23}));
  EXPECT_FALSE(sync.behind());
}

TEST(BlockSync, AValidatorAsksFirstWhomItsEngineNamed) {
  BlockSync sync({4, v3, 2, false, 0}, 5, {});
  EXPECT_EQ(sync.next_due(), std::nullopt);
  sync.want(v2, 9, {});
  const auto requests = sync.take_due({});
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].to, v2);
  EXPECT_EQ(requests[0].from, 6U);
}

TEST(BlockSync, AFullAnswerIsFollowedByTheNextQuestionAtOnce) {
  BlockSync sync = follower(3, 1);
  sync.heard(v0, {{block(1)}, 3}, {});
  sync.advanced(block(1)->hash, at(milliseconds(10)));
  EXPECT_EQ(sync.next_due(), at(milliseconds(10)));
  EXPECT_EQ(sync.take_due(at(milliseconds(10))).size(), 1U);
}

TEST(BlockSync, AFollowerThatHearsNothingAsks) {
  BlockSync sync = follower(3, 1);
  EXPECT_EQ(sync.take_due(at(seconds(1))).size(), 1U);
  sync.heard(v0, {{}, 0}, at(seconds(2)));
  EXPECT_EQ(sync.next_due(), at(seconds(7)));
  sync.heard(v1, {{}, 0}, at(seconds(6)));
  EXPECT_EQ(sync.next_due(), at(seconds(11)));
}

}  // namespace
}  // namespace bsn
