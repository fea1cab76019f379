// Who votes in a BFT chain at one height, and how the chain itself says that this changes.
//
// A block's seal names the seats that vote on the block after it (core/voters_seal.h; Tendermint's next_validators_hash
// does the same for its header). An empty seal: still those of genesis. Whoever has the block of height h so knows the
// set of h + 1, after a restart, a fetch and a snapshot too. A block adds or takes away one seat at most, so a quorum
// of either set holds a correct validator of the other.
//
// Not for more than one thread. Costs O(n) for n voters but where said otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/consensus_engine.h"

namespace bsn {

class BftVoters {
 public:
  using Seats = std::vector<ValidatorIndex>;  // ascending, at least one

  // Those who vote on the block after `tip`.
  BftVoters(Seats founders, const BlockSealed& tip);

  const Seats& seats() const { return seats_; }
  bool has(ValidatorIndex seat) const;  // O(log n)
  std::uint32_t count() const { return static_cast<std::uint32_t>(seats_.size()); }
  std::uint32_t quorum() const;
  std::uint32_t one_correct() const;  // so many contain a correct validator

  // The voter so many places behind `first` in the order of the seats, going round. A first that votes no more: behind
  // where it would stand. O(log n).
  ValidatorIndex behind(ValidatorIndex first, std::uint64_t places) const;
  ValidatorIndex at(std::uint64_t place) const { return seats_[place % seats_.size()]; }
  // How many places `seat`, a voter, is behind `first`. O(log n).
  std::uint32_t distance(ValidatorIndex first, ValidatorIndex seat) const;

  // What the block seals after which these vote, and who that is; nullopt: no block may seal that now.
  std::string seal_for(const Seats& next) const;
  std::optional<Seats> after(const std::string& seal) const;

 private:
  std::size_t place_of(ValidatorIndex seat) const;

  Seats founders_;
  Seats seats_;
};

}  // namespace bsn
