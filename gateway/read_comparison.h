// What several peers answered to one read at level final, and whether they agree.
//
// A peer answers from the last final height that it has, and peers are not always at the same one: only answers at one
// height say anything about each other. Two that differ there are a disagreement for good, for a final block is the
// same everywhere; who of the two is wrong, two answers can't say. Enough peers with equal answers at one height agree.
// Until then those that are behind are asked again, after a pause that doubles, a bounded number of rounds: whoever is
// never at the height of the others has not confirmed their answer.
//
// Compared are status, reason, value and state root; not the text for people. Bounds: an answer of each peer, and one
// more of each in every round.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/digest.h"
#include "core/gateway_spec.h"

namespace bsn {

// Whether this answer to a read can be compared: it says what the chain's state says, not how the peer is.
bool comparable(const Reply& reply);

class ReadComparison {
 public:
  static constexpr std::uint32_t rounds_max = 4;
  static constexpr Duration first_pause = milliseconds(20);

  // `peers`: so many must agree; at least 2.
  explicit ReadComparison(std::uint32_t peers) : peers_(peers) {}

  std::uint32_t peers() const { return peers_; }

  enum class Verdict : std::uint8_t { open, agreed, unequal };

  // An answer that can be compared. `agreed`: this one, too, is what they agree on.
  Verdict add(CityIndex city, const Reply& reply);

  // This city's peer failed and another takes its place: what it said before counts no more.
  void forget(CityIndex city);

  // How long to wait before those that are behind are asked again; nullopt: they were asked often enough.
  std::optional<Duration> next_pause();

  // Whose last answer is from below the highest; at most peers() - 1.
  std::vector<CityIndex> behind() const;

  // With which it was unequal; of the last answer.
  CityIndex opponent() const { return opponent_; }

 private:
  struct Answer {
    CityIndex city;
    Height height = 0;
    Digest said;
  };

  std::uint32_t peers_;
  std::uint32_t rounds_ = 0;
  std::vector<Answer> answers_;  // in order of arrival
  CityIndex opponent_;
};

}  // namespace bsn
