// What a BFT engine has heard at one height, round by round: proposals and votes.
//
// Whoever has decided takes no part in later rounds. If one of those who say so is correct, the value is decided, and
// all should precommit it; if none is, they could as well have voted for it themselves. So they are counted.
//
// Bounds: at most max_rounds rounds are kept, each with one proposal and 2 m votes; the earliest goes first, but those
// on which an own lock or valid value rests stay. Which rounds are let in is the engine's business.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/peer_message.h"
#include "node/vote_tally.h"

namespace bsn {

// A proposal with what is computed once, when it comes in.
struct BftKnownProposal {
  ProposalPtr proposal;
  Digest digest;
  std::int64_t valid_round = -1;  // as its sender claims
  bool valid = false;             // algorithm 1's valid(v)
};

struct BftRound {
  explicit BftRound(std::uint32_t validators) : prevotes(validators), precommits(validators) {}

  void add_both(ValidatorIndex from, const Digest& value) {
    prevotes.add(from, value);
    precommits.add(from, value);
  }
  VoteTally& votes(BftVoteKind kind) { return kind == BftVoteKind::prevote ? prevotes : precommits; }

  std::optional<BftKnownProposal> proposal;  // the first that the round's proposer sent
  VoteTally prevotes;
  VoteTally precommits;
};

class BftRounds {
 public:
  static constexpr std::size_t max_rounds = 64;

  explicit BftRounds(std::uint32_t validators) : validators_(validators) {}

  void clear();

  // This validator has the height's block: it counts as one that prevoted and precommitted this value in every round in
  // which it has not said otherwise. False: it said so before, or something else.
  bool add_decider(ValidatorIndex from, const Digest& value);

  // There are so many validators now. A round that is there already counts those of before only.
  void grow(std::uint32_t validators) { validators_ = validators; }

  // The round's record; at() makes an empty one when there is none, find() gives null.
  BftRound& at(std::uint32_t round);
  const BftRound* find(std::uint32_t round) const;
  std::vector<std::uint32_t> known() const;  // which rounds have one, ascending

  // A known proposal of any round with this digest; null: none.
  const BftKnownProposal* content(const Digest& digest) const;

  // A value and a round in which it has at least `enough` precommits, and the next of those voters at or behind
  // `start`, going round.
  std::optional<ValidatorIndex> precommitter(std::uint32_t enough, std::uint32_t start, ValidatorIndex self) const;

  // Who has voted for this value in a round that is known, ascending. O(rounds * m).
  std::vector<ValidatorIndex> supporters(const Digest& value) const;

  // Keeps the bound. Rounds from `present` on and the two named ones (-1: none) are never dropped.
  void trim(std::uint32_t present, std::int64_t locked_round, std::int64_t valid_round);

 private:
  std::uint32_t validators_;
  std::map<std::uint32_t, BftRound> rounds_;
  std::map<ValidatorIndex, Digest> deciders_;  // the first thing that each said
};

}  // namespace bsn
