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

namespace bsn {

class VotingWeather {
 public:
  VotingWeather(const VotingWeather&) = delete;  // the network holds its address

  VotingWeather(EngineNetworkOptions options, Random random, bool with_liars)
      : random_(random), options_(std::move(options)), network_(options_) {
    if (!with_liars) return;
    const auto count = random_.below(byzantine_fault_bound(options_.validators) + 1);
    const std::uint32_t first = someone();
    for (std::uint32_t i = 0; i < count; ++i) liars_.insert((first + i) % options_.validators);
    network_.tamper([this](auto from, auto to, const auto& message) { return tell(from, to, message); });
  }

  void run(int events, Duration pause) {
    for (int i = 0; i < events && network_.violations().empty(); ++i) {
      happen();
      network_.advance(random_.between(Duration{}, pause));
    }
  }

  EngineNetwork& network() { return network_; }
  std::uint64_t lies() const { return lies_; }

 private:
  std::uint32_t someone() { return static_cast<std::uint32_t>(random_.below(options_.validators)); }

  void happen() {
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
        return network_.heal();
      case 5:
        return network_.crash(someone());
      case 6:
        return network_.crash_after(someone(), static_cast<std::uint32_t>(random_.below(8)));
      case 7:
        return network_.restart(someone());
      default:
        return network_.offer(someone(), 1 + static_cast<std::uint32_t>(random_.below(4)));
    }
  }

  void split() {
    std::vector<std::vector<std::uint32_t>> groups(2);
    for (std::uint32_t v = 0; v < network_.peers(); ++v) groups[random_.below(2)].push_back(v);
    network_.partition(groups);
  }

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
