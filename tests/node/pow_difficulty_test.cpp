// The rules of difficulty by numbers worked out by hand, and the bytes of seals.
#include "node/pow_difficulty.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bsn {
namespace {

constexpr std::uint64_t step = start_difficulty / 2'048;

std::uint64_t ethash_after(Duration passed, std::uint32_t parents_uncles) {
  PowParent parent{5, Instant{} + seconds(100), {}};
  parent.state.difficulty = start_difficulty;
  parent.state.uncles = parents_uncles;
  return next_state(PowParameters{}, parent, parent.time + passed, 0).difficulty;
}

TEST(Ethash, DifficultyMovesByStepsOfNineSeconds) {
  EXPECT_EQ(ethash_after(seconds(8), 0), start_difficulty + step);
  EXPECT_EQ(ethash_after(seconds(9), 0), start_difficulty);
  EXPECT_EQ(ethash_after(seconds(17), 0), start_difficulty);
  EXPECT_EQ(ethash_after(seconds(18), 0), start_difficulty - step);
  EXPECT_EQ(ethash_after(seconds(100'000), 0), start_difficulty - 99 * step);
}

TEST(Ethash, AParentWithUnclesCountsOneStepMore) {
  EXPECT_EQ(ethash_after(seconds(8), 1), start_difficulty + 2 * step);
  EXPECT_EQ(ethash_after(seconds(9), 2), start_difficulty + step);
}

TEST(Ethash, TheFirstBlockHasTheStartDifficulty) {
  EXPECT_EQ(next_state(PowParameters{}, PowParent{}, Instant{} + seconds(100'000), 0).difficulty, start_difficulty);
}

TEST(Mining, TheWholeHashPowerTakesOneIntervalAtTheStartDifficulty) {
  EXPECT_EQ(mean_mining_time(PowParameters{}, start_difficulty, 8, 8), seconds(13));
  EXPECT_EQ(mean_mining_time(PowParameters{}, start_difficulty * 2, 1, 10), seconds(260));
  EXPECT_GT(mean_mining_time(PowParameters{}, most_difficulty, 1, ~0ull), seconds(1'000'000));  // no overflow
}

PowParameters nervos() {
  PowParameters pow;
  pow.adjustment = PowParameters::Adjustment::nc_max;
  pow.interval = milliseconds(14'400);
  return pow;
}

// The end of an epoch of 1000 blocks of the start difficulty.
PowParent epoch_end(Duration duration, std::uint32_t uncles, std::uint64_t hash_rate = 0) {
  PowParent last{1'000, Instant{} + duration, {}};
  last.state = {start_difficulty, 0, 0, 1, 1'000, uncles, Instant{}, hash_rate};
  return last;
}

PowState after(const PowParent& last) { return next_state(nervos(), last, last.time + seconds(5), 0); }

TEST(NcMax, TheFirstEpochLastsAsLongAsAnEpochShall) {
  const PowState first = next_state(nervos(), PowParent{}, Instant{} + seconds(7), 0);
  EXPECT_EQ(first.epoch_length, 1'000u);
  EXPECT_EQ(first.difficulty, start_difficulty);
  EXPECT_EQ(first.previous_end, Instant{} + seconds(7));
}

TEST(NcMax, WithinAnEpochOnlyUnclesAreCounted) {
  PowParent parent = epoch_end(seconds(100), 3);
  parent.height = 500;
  const PowState next = next_state(nervos(), parent, parent.time + seconds(1), 2);
  EXPECT_EQ(next.epoch, 0u);
  EXPECT_EQ(next.difficulty, start_difficulty);
  EXPECT_EQ(next.epoch_uncles, 5u);
}

// o_i = o: C' = C_m, and the same difficulty.
TEST(NcMax, AtTheTargetNothingChanges) {
  const PowState next = after(epoch_end(seconds(14'400), 25));
  EXPECT_EQ(next.epoch, 1u);
  EXPECT_EQ(next.epoch_start, 1'001u);
  EXPECT_EQ(next.epoch_length, 1'000u);
  EXPECT_NEAR(static_cast<double>(next.difficulty), 1e9, 1e3);
  EXPECT_EQ(next.epoch_uncles, 0u);
}

// o_i = 5 %: C' = 0.025 * 1.05 / (0.05 * 1.025) * 1000 = 512; D' = D * 1.05 / 1.025 * 1000 / 512.
TEST(NcMax, TwiceTheOrphansNearlyHalveTheBlocks) {
  const PowState next = after(epoch_end(seconds(14'400), 50));
  EXPECT_EQ(next.epoch_length, 512u);
  EXPECT_NEAR(static_cast<double>(next.difficulty), 1e9 * 1.05 / 1.025 * 1'000 / 512, 5e4);
}

TEST(NcMax, WithoutUnclesTheEpochGetsAsLongAsItMay) {
  const PowState next = after(epoch_end(seconds(14'400), 0));
  EXPECT_EQ(next.epoch_length, 1'800u);
  EXPECT_NEAR(static_cast<double>(next.difficulty), 1e9 / 1.8, 5e3);
}

// C' = 210 is raised to half of 1000 (tau); 1/o' = 1.125 / 0.125 * 1000 / 500 - 1 = 17.
TEST(NcMax, AtABoundTheOrphanRateIsEstimated) {
  const PowState next = after(epoch_end(seconds(14'400), 125));
  EXPECT_EQ(next.epoch_length, 500u);
  EXPECT_NEAR(static_cast<double>(next.difficulty), 1e9 * 1.125 * 2 * 17 / 18, 1e5);
}

TEST(NcMax, TheHashRateChangesByTwoAtMost) {
  const std::uint64_t before = start_difficulty * 1'025 / 14'400;
  EXPECT_EQ(after(epoch_end(seconds(1'440), 25, before)).hash_rate, 2 * before);
  EXPECT_EQ(after(epoch_end(seconds(144'000), 25, before)).hash_rate, before / 2);
  EXPECT_EQ(after(epoch_end(seconds(14'400), 25, before)).hash_rate, before);
}

TEST(NcMax, WhateverThePastTheNextEpochKeepsItsBounds) {
  const bool kept = rc::check([] {
    PowParent last = epoch_end(Duration{*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 62)},
                               *rc::gen::arbitrary<std::uint32_t>() % 4'000, *rc::gen::arbitrary<std::uint64_t>());
    last.state.epoch_length = *rc::gen::inRange(300u, 1'801u);
    last.height = last.state.epoch_length;
    last.state.difficulty = *rc::gen::inRange(least_difficulty, most_difficulty);
    const PowState next = next_state(nervos(), last, last.time, 0);
    RC_ASSERT(next.epoch_length >= 300u && next.epoch_length <= 1'800u);
    RC_ASSERT(next.difficulty >= least_difficulty && next.difficulty <= most_difficulty);
  });
  EXPECT_TRUE(kept);
}

PowSeal sample_seal() {
  PowSeal seal;
  seal.state = {1, 2, 3, 4, 5, 6, Instant{7}, 8};
  seal.work = sha256("work");
  PowUncle uncle;
  uncle.header = {9,          sha256("parent"), Instant{10}, ValidatorIndex{11}, sha256("content"),
                  seal.state, sha256("uncles"), {},          sha256("more")};
  uncle.proposals = {proposal_id(sha256("a"))};
  seal.uncles = {uncle};
  seal.proposals = {proposal_id(sha256("b")), proposal_id(sha256("c"))};
  return seal;
}

TEST(PowSeal, ComesBackFromItsBytes) {
  const std::string bytes = encode(sample_seal());
  const auto back = decode_pow_seal(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), bytes);
  EXPECT_EQ(back->state, sample_seal().state);
  EXPECT_EQ(back->uncles[0].header.miner, ValidatorIndex{11});
  EXPECT_EQ(back->proposals, sample_seal().proposals);
  EXPECT_EQ(decode_pow_state(bytes), back->state);
}

TEST(PowSeal, WithoutUnclesAndProposalsItIsShort) { EXPECT_EQ(encode(PowSeal{}).size(), 83u); }

TEST(PowSeal, AnyPieceOfItOrMoreThanItIsRefused) {
  const std::string bytes = encode(sample_seal());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_pow_seal(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode_pow_seal(bytes + '\0'));
}

TEST(PowSeal, TheFullestOneFitsIntoABlock) {
  PowSeal seal;
  seal.proposals.resize(PowSeal::proposals_max);
  seal.uncles.resize(PowSeal::uncles_max);
  for (PowUncle& uncle : seal.uncles) uncle.proposals.resize(PowSeal::proposals_max);
  EXPECT_LE(encode(seal).size(), seal_bytes_max);
  EXPECT_TRUE(decode_pow_seal(encode(seal)));
}

}  // namespace
}  // namespace bsn
