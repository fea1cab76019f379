#include "sim/edit_distance.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("drain", "drain"), 0u);
  EXPECT_EQ(edit_distance("", "mix"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("chian", "chain"), 1u);
}

TEST(EditDistance, OfTheSamePairIsTheSameBothWays) {
  EXPECT_EQ(edit_distance("deadline", "dealdine"), edit_distance("dealdine", "deadline"));
  EXPECT_EQ(edit_distance("tps", "duration"), edit_distance("duration", "tps"));
}

TEST(NearestWord, IgnoresCaseAndSeparators) {
  EXPECT_EQ(nearest_word("startingTps", {"finishing_tps", "starting_tps"}), "starting_tps");
  EXPECT_EQ(nearest_word("FixedRate", {"poisson", "fixed-rate"}), "fixed-rate");
}

TEST(NearestWord, FindsTheNearestOfSeveral) { EXPECT_EQ(nearest_word("dedline", {"drain", "deadline"}), "deadline"); }

TEST(NearestWord, GuessesNothingWhenNoneIsNear) {
  EXPECT_EQ(nearest_word("colour", {"tps", "duration"}), std::nullopt);
  EXPECT_EQ(nearest_word("", {"tps"}), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(100'000, 'a'), {"tps"}), std::nullopt);
}

TEST(Suggestion, NamesTheNearestOrAllThatAreKnown) {
  EXPECT_EQ(suggestion("tsp", {"tps", "mix"}), "; did you mean 'tps'?");
  EXPECT_EQ(suggestion("colour", {"tps", "mix"}), "; known: tps, mix");
}

}  // namespace
}  // namespace bsn
