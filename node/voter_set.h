// Sets of validators as bits, and votes that travel together.
//
// A bundle is one TreeVote that says: all these validators voted so (kind, round, height, block). `extra` is the set,
// one bit a validator; `voter` is its first member; `signature` is made of the signatures of all members. So whoever
// relays votes can put those for the same block into one message, and whoever hears them checks all at once, as with
// an aggregated signature or a list of signatures. Modelled: a member's signature is a keyed 64-bit mix of what is
// voted for (nobody in this program forges one); a bundle carries their exclusive or. A real list of signatures is
// larger, some 100 bytes a vote.
//
// Costs: one bundle of n voters is checked in some n * 2 ns. Not for more than one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/peer_message.h"

namespace bsn {

class VoterSet {
 public:
  VoterSet() = default;
  explicit VoterSet(std::uint32_t validators) : words_((validators + 63) / 64) {}

  // The voter is one of the validators.
  void add(ValidatorIndex voter) { words_[voter.value / 64] |= bit(voter); }
  void remove(ValidatorIndex voter) { words_[voter.value / 64] &= ~bit(voter); }
  bool contains(ValidatorIndex voter) const { return (words_[voter.value / 64] & bit(voter)) != 0; }
  bool empty() const;
  ValidatorIndex first() const;  // of a set that is not empty
  std::uint32_t count() const;

  // Of the same number of validators.
  bool contains_all(const VoterSet& others) const;
  VoterSet minus(const VoterSet& other) const;
  void unite(const VoterSet& other);
  void clear() { words_.assign(words_.size(), 0); }

  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
        visit(ValidatorIndex{static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(std::countr_zero(rest))});
      }
    }
  }

  // Eight voters a byte, the first in the lowest bit; and back: nullopt unless it is that, without bits to spare.
  std::string bytes(std::uint32_t validators) const;
  static std::optional<VoterSet> parse(std::uint32_t validators, std::string_view bytes);

  bool operator==(const VoterSet&) const = default;

 private:
  static std::uint64_t bit(ValidatorIndex voter) { return std::uint64_t{1} << (voter.value % 64); }

  std::vector<std::uint64_t> words_;
};

// What many vote for.
struct VoteSubject {
  std::uint32_t kind = 0;
  std::uint64_t round = 0;
  Height height = 0;
  Digest block;
};

// The votes of these validators, at least one, in one message. Only for voters whose votes the maker has or is.
TreeVote bundle_votes(std::uint64_t chain_seed, std::uint32_t validators, const VoteSubject& subject,
                      const VoterSet& voters);

// Whether these, who are those that the bundle's `extra` names, are somebody and have all signed it. Costs more than
// all else that is done with a bundle: ask last, when it holds news.
bool is_signed_bundle(std::uint64_t chain_seed, const TreeVote& bundle, const VoterSet& voters);

}  // namespace bsn
