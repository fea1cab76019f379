#include "node/turbine.h"

#include <gtest/gtest.h>

#include <map>

namespace bsn {
namespace {

// How often each validator hears of a block when these are down.
std::map<std::uint32_t, int> heard(const Turbine& turbine, ValidatorIndex leader, std::uint64_t slot,
                                   std::optional<std::uint32_t> down = std::nullopt) {
  std::map<std::uint32_t, int> heard;
  std::vector<ValidatorIndex> open{leader};
  while (!open.empty()) {
    const ValidatorIndex self = open.back();
    open.pop_back();
    for (const ValidatorIndex child : turbine.children(slot, leader, self)) {
      EXPECT_NE(child, leader);
      EXPECT_NE(child, self);
      if (++heard[child.value] == 1 && child.value != down) open.push_back(child);
    }
  }
  return heard;
}

TEST(Turbine, EveryValidatorHearsOfTheBlockOnceOrTwice) {
  for (const std::uint32_t validators : {2u, 3u, 21u, 200u, 201u, 202u, 600u, 1500u}) {
    const auto all = heard({validators, 7}, {1}, 5);
    EXPECT_EQ(all.size(), validators - 1) << validators;
    for (const auto& [validator, times] : all) EXPECT_LE(times, 2) << validator << " of " << validators;
  }
}

TEST(Turbine, OneThatIsDownCutsNobodyOff) {
  const Turbine turbine{40, 7, 6};
  for (std::uint32_t down = 1; down < 40; ++down) {
    EXPECT_EQ(heard(turbine, {0}, 3, down).size(), 39u) << down;
  }
}

TEST(Turbine, EachSlotHasAnotherOrder) {
  const Turbine turbine{600, 7};
  EXPECT_NE(turbine.children(1, {0}, {0}), turbine.children(2, {0}, {0}));
  EXPECT_EQ(turbine.children(1, {0}, {0}).size(), 200u);
}

}  // namespace
}  // namespace bsn
