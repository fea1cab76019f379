#include "tests/node/slot_weather.h"

#include <gtest/gtest.h>

#include "tests/node/bad_weather.h"

namespace bsn {

SlotWeather::SlotWeather(const EngineNetworkOptions& options, std::uint64_t seed, Turn turn)
    : random_(Random(seed).fork("weather")), turn_(std::move(turn)), network_(options) {
  network_.tamper([this](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
    std::visit([&](const auto& one) { watch(from, one); }, message);
    return std::optional(message);
  });
}

// Splits heal sooner than usual: where final means so many blocks deep, a long one makes two truths.
void SlotWeather::run(int events, Duration pause_max) {
  static constexpr std::array mix = {Weather::lose,    Weather::duplicate, Weather::isolate,     Weather::split,
                                     Weather::heal,    Weather::heal,      Weather::crash_after, Weather::restart,
                                     Weather::restart, Weather::offer};
  happen_often(network_, random_, events, pause_max, mix);
}

void SlotWeather::watch(std::uint32_t from, const TreeBlock& block) {
  if (block.proposal->proposer.value != from) return;
  const Digest digest = proposal_digest(*block.proposal);
  const auto [at, fresh] = made_.try_emplace({from, turn_(*block.proposal)}, digest);
  if (!fresh && at->second != digest) ADD_FAILURE() << from << " made two blocks in one turn";
}

void SlotWeather::watch(std::uint32_t from, const TreeVote& vote) {
  if (vote.voter.value != from) return;
  const auto [at, fresh] = voted_.try_emplace({from, {vote.round, vote.height}}, vote.block);
  if (!fresh && at->second != vote.block) ADD_FAILURE() << from << " voted twice at height " << vote.height;
}

}  // namespace bsn
