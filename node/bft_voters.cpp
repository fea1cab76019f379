#include "node/bft_voters.h"

#include <algorithm>
#include <utility>

#include "core/voters_seal.h"
#include "node/quorum.h"
#include "node/seat_sets.h"

namespace bsn {

BftVoters::BftVoters(Seats founders, const BlockSealed& tip) : founders_(std::move(founders)) {
  seats_ = read_voters_seal(tip.seal).value_or(founders_);
}

bool BftVoters::has(ValidatorIndex seat) const { return contains(seats_, seat); }

std::uint32_t BftVoters::quorum() const { return byzantine_quorum(count()); }

std::uint32_t BftVoters::one_correct() const { return byzantine_fault_bound(count()) + 1; }

std::size_t BftVoters::place_of(ValidatorIndex seat) const {
  return static_cast<std::size_t>(std::lower_bound(seats_.begin(), seats_.end(), seat) - seats_.begin());
}

ValidatorIndex BftVoters::behind(ValidatorIndex first, std::uint64_t places) const {
  return at(place_of(first) + places);
}

std::uint32_t BftVoters::distance(ValidatorIndex first, ValidatorIndex seat) const {
  return static_cast<std::uint32_t>((place_of(seat) + seats_.size() - place_of(first) % seats_.size()) % seats_.size());
}

std::string BftVoters::seal_for(const Seats& next) const {
  return next == founders_ ? std::string() : voters_seal(next);
}

std::optional<BftVoters::Seats> BftVoters::after(const std::string& seal) const {
  std::optional<Seats> next = seal.empty() ? founders_ : read_voters_seal(seal);
  if (!next || seal_for(*next) != seal) return std::nullopt;
  if (without(*next, seats_).size() + without(seats_, *next).size() > 1) return std::nullopt;
  return next;
}

}  // namespace bsn
