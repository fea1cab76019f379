// Validators that lie: what they say is changed on its way, differently for each listener.
//
// Their engines are honest inside; a liar's link is where the lies are made. No lie is told in another's name, as the
// links vouch for senders.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/random.h"
#include "tests/dialogues/bft_twin.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {

class BftLiar {
 public:
  // `liars` lie in the given share of their messages, drawn from `random`.
  BftLiar(std::vector<std::uint32_t> liars, double share, Random random)
      : liars_(std::move(liars)), share_(share), random_(random) {}

  // What a listener gets instead; nullopt: nothing.
  std::optional<ConsensusMessage> tell(std::uint32_t from, std::uint32_t to, const ConsensusMessage& truth);

  std::uint64_t lies() const { return lies_; }

 private:
  BftDecided claim(std::uint32_t to, Height height);
  std::optional<ConsensusMessage> lie(std::uint32_t to, BftVote vote);
  std::optional<ConsensusMessage> lie(std::uint32_t to, BftProposal proposal);

  std::vector<std::uint32_t> liars_;
  double share_;
  Random random_;
  std::uint64_t lies_ = 0;
  std::map<Height, std::vector<Digest>> values_;  // seen at a height: what a double vote may be for
  std::vector<ConsensusMessage> old_;             // to be repeated out of season
};

}  // namespace bsn
