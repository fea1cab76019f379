#include "tests/node/slot_weather.h"

#include <gtest/gtest.h>

namespace bsn {

SlotWeather::SlotWeather(const EngineNetworkOptions& options, std::uint64_t seed, Turn turn)
    : random_(Random(seed).fork("weather")), turn_(std::move(turn)), network_(options) {
  network_.tamper([this](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
    std::visit([&](const auto& one) { watch(from, one); }, message);
    return std::optional(message);
  });
}

void SlotWeather::run(const Limits& limits) {
  for (int i = 0; i < limits.events && network_.violations().empty(); ++i) {
    happen();
    network_.advance(random_.between(Duration{}, limits.pause_max));
  }
}

void SlotWeather::happen() {
  switch (random_.below(10)) {
    case 0:
      return network_.lose(random_.unit() * 0.3);
    case 1:
      return network_.duplicate(random_.unit() * 0.3);
    case 2:
      return network_.isolate(someone());
    case 3:
      return split();
    case 4:
    case 5:
      return network_.heal();
    case 6:
      return network_.crash_after(someone(), static_cast<std::uint32_t>(random_.below(8)));
    case 7:
    case 8:
      return network_.restart(someone());
    default:
      return network_.offer(static_cast<std::uint32_t>(random_.below(network_.validators())), 1);
  }
}

void SlotWeather::split() {
  std::vector<std::vector<std::uint32_t>> groups(2);
  for (std::uint32_t v = 0; v < network_.peers(); ++v) groups[random_.below(2)].push_back(v);
  network_.partition(groups);
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
