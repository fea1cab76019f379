// Bad weather for a small network of a voting engine of the slot family: loss, duplicates, partitions, crashes in the
// middle of a step, restarts; and up to f voters who tell half of the others that they voted for something else.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/quorum.h"
#include "node/voter_set.h"
#include "tests/dialogues/engine_network.h"
#include "tests/node/bad_weather.h"

namespace bsn {

class VotingWeather {
 public:
  VotingWeather(const VotingWeather&) = delete;  // the network holds its address

  VotingWeather(EngineNetworkOptions options, Random random, bool with_liars)
      : random_(random), options_(std::move(options)), network_(options_) {
    if (!with_liars) return;
    const auto count = random_.below(byzantine_fault_bound(options_.validators) + 1);
    const auto first = static_cast<std::uint32_t>(random_.below(options_.validators));
    for (std::uint32_t i = 0; i < count; ++i) liars_.insert((first + i) % options_.validators);
    network_.tamper([this](auto from, auto to, const auto& message) { return tell(from, to, message); });
  }

  void run(int events, Duration pause_max) { happen_often(network_, random_, events, pause_max); }

  EngineNetwork& network() { return network_; }
  std::uint64_t lies() const { return lies_; }

 private:
  // A liar's own vote goes to every second peer for another block that was voted for at about the same time.
  std::optional<ConsensusMessage> tell(std::uint32_t from, std::uint32_t to, const ConsensusMessage& truth) {
    const auto* vote = std::get_if<TreeVote>(&truth);
    if (vote == nullptr || vote->block.is_zero()) return truth;
    if (other_.block != vote->block) older_ = std::exchange(other_, *vote);
    const bool own = liars_.contains(from) && vote->voter.value == from;
    if (!own || to % 2 == 0 || older_.block.is_zero()) return truth;
    VoterSet liar(options_.validators);
    liar.add(ValidatorIndex{from});
    ++lies_;
    return bundle_votes(options_.seed, options_.validators, {vote->kind, vote->round, older_.height, older_.block},
                        liar);
  }

  Random random_;
  EngineNetworkOptions options_;
  EngineNetwork network_;
  std::set<std::uint32_t> liars_;
  TreeVote other_, older_;
  std::uint64_t lies_ = 0;
};

}  // namespace bsn
