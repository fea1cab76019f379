// EOS' two stages of implied confirmations, counted by hand.
#include "node/dpos_confirmations.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

// Producers take turns of 12 blocks, each confirming all since its last.
class Branch {
 public:
  explicit Branch(std::uint32_t producers, std::uint32_t turn = 12)
      : state(producers), last_(producers), producers_(producers), turn_(turn) {}

  void grow() {
    const auto producer = static_cast<std::uint32_t>(height / turn_ % producers_);
    ++height;
    state.confirm({producer}, height, {static_cast<std::uint32_t>(height - last_[producer])});
    last_[producer] = height;
  }
  void grow_to(Height end) {
    while (height < end) grow();
  }

  DposConfirmations state;
  Height height = 0;

 private:
  std::vector<Height> last_;
  std::uint32_t producers_;
  std::uint32_t turn_;
};

TEST(DposConfirmations, OfTwentyOneProducersMakeABlockIrreversible325BlocksLater) {
  Branch eos(21);
  eos.grow_to(12 * 14);
  EXPECT_EQ(eos.state.proposed(), 0u);
  eos.grow();
  EXPECT_EQ(eos.state.proposed(), 12u);  // the first block of the fifteenth turn
  eos.grow_to(12 * 28);
  EXPECT_EQ(eos.state.irreversible(), 0u);
  eos.grow();
  EXPECT_EQ(eos.state.irreversible(), eos.height - 325);
  eos.grow_to(12 * 100 + 1);
  EXPECT_EQ(eos.state.irreversible(), eos.height - 325);
  eos.grow_to(12 * 101);
  EXPECT_EQ(eos.state.irreversible(), eos.height - 336);  // it steps with the turns
}

TEST(DposConfirmations, OfOneProducerAreFinalAtOnce) {
  Branch alone(1);
  alone.grow_to(3);
  EXPECT_EQ(alone.state.irreversible(), 3u);
}

TEST(DposConfirmations, NeedMoreThanTwoThirdsInBothStages) {
  DposConfirmations state(4);
  state.confirm({0}, 1, {1});
  state.confirm({1}, 2, {2});
  EXPECT_EQ(state.proposed(), 0u);
  state.confirm({2}, 3, {3});
  EXPECT_EQ(state.proposed(), 1u);
  state.confirm({0}, 4, {3});
  state.confirm({2}, 5, {2});
  EXPECT_EQ(state.irreversible(), 0u);
  state.confirm({1}, 6, {4});
  EXPECT_EQ(state.irreversible(), 2u);
}

TEST(DposConfirmations, NobodyConfirmsAHeightTwiceOrHeightsThatDoNotExist) {
  DposConfirmations state(4);
  state.confirm({0}, 5, {5});
  EXPECT_TRUE(state.may_confirm({0}, 7, {2}));
  EXPECT_FALSE(state.may_confirm({0}, 7, {3}));
  EXPECT_FALSE(state.may_confirm({1}, 7, {8}));
  EXPECT_TRUE(state.may_confirm({0}, 7, {0}));
}

TEST(DposConfirmations, CountInTheSecondStageOnlyWhereTheyConflictWithNothing) {
  for (const Height agreed : {Height{0}, Height{1}}) {
    DposConfirmations state(3);
    state.confirm({0}, 1, {1});
    state.confirm({1}, 2, {2});
    state.confirm({2}, 3, {3});
    EXPECT_EQ(state.proposed(), 1u);
    EXPECT_EQ(state.irreversible(), 0u);
    state.confirm({1}, 4, {2});
    state.confirm({0}, 6, {1, agreed, 6});  // it was on another branch, which left this one at `agreed`, up to height 5
    EXPECT_EQ(state.irreversible(), agreed);
  }
}

TEST(DposConfirmations, CountAgainAboveWhatConflicts) {
  DposConfirmations state(3);
  state.confirm({0}, 6, {1, 0, 6});
  state.confirm({1}, 7, {7});
  state.confirm({2}, 8, {8});
  EXPECT_EQ(state.proposed(), 6u);
  state.confirm({0}, 9, {3, 0, 6});
  EXPECT_EQ(state.proposed(), 7u);
  state.confirm({1}, 10, {3});
  EXPECT_EQ(state.irreversible(), 6u);
}

TEST(DposConfirmations, MakeNoClaimsThatCantBeTrue) {
  const DposConfirmations state(3);
  EXPECT_TRUE(state.may_confirm({0}, 6, {1, 4, 6}));
  EXPECT_FALSE(state.may_confirm({0}, 6, {1, 6, 6}));
  EXPECT_FALSE(state.may_confirm({0}, 6, {1, 4, 7}));
  EXPECT_FALSE(state.may_confirm({0}, 6, {1, 4, 0}));
  EXPECT_FALSE(state.may_confirm({0}, 6, {0, 4, 6}));
}

}  // namespace
}  // namespace bsn
