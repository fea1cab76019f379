// A network of one slot policy's engines in bad weather, and who watches that nobody signs twice.
//
// Loss, duplicates, overtaking messages, partitions, crashes in the middle of a step, restarts. The network's judge
// looks at finality; this one at blocks and votes as their makers send them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/dialogues/engine_network.h"

namespace bsn {

class SlotWeather {
 public:
  // What a validator may make only one block for: its height, its slot, its second.
  using Turn = std::function<std::uint64_t(const Proposal&)>;

  SlotWeather(const EngineNetworkOptions& options, std::uint64_t seed, Turn turn);

  void run(int events, Duration pause_max);  // as happen_often()

  EngineNetwork& network() { return network_; }
  std::uint64_t blocks() const { return made_.size(); }
  std::uint64_t votes() const { return voted_.size(); }

 private:
  void watch(std::uint32_t from, const TreeBlock& block);
  void watch(std::uint32_t from, const TreeVote& vote);
  template <class Other>
  void watch(std::uint32_t, const Other&) {}

  Random random_;
  Turn turn_;
  EngineNetwork network_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Digest> made_;                      // by producer and turn
  std::map<std::pair<std::uint32_t, std::pair<std::uint64_t, Height>>, Digest> voted_;  // by voter, round and height
};

}  // namespace bsn
