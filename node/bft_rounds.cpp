#include "node/bft_rounds.h"

#include <algorithm>

namespace bsn {

void BftRounds::clear() {
  rounds_.clear();
  deciders_.clear();
}

BftRound& BftRounds::at(std::uint32_t round) {
  const auto [at, fresh] = rounds_.try_emplace(round, validators_);
  if (fresh) {
    for (const auto& [decider, value] : deciders_) at->second.add_both(decider, value);
  }
  return at->second;
}

bool BftRounds::add_decider(ValidatorIndex from, const Digest& value) {
  if (!deciders_.emplace(from, value).second) return false;
  for (auto& [round, heard] : rounds_) heard.add_both(from, value);
  return true;
}

std::vector<std::uint32_t> BftRounds::known() const {
  std::vector<std::uint32_t> rounds;
  for (const auto& [round, heard] : rounds_) rounds.push_back(round);
  return rounds;
}

const BftRound* BftRounds::find(std::uint32_t round) const {
  const auto at = rounds_.find(round);
  return at == rounds_.end() ? nullptr : &at->second;
}

const BftKnownProposal* BftRounds::content(const Digest& digest) const {
  for (const auto& [round, heard] : rounds_) {
    if (heard.proposal && heard.proposal->digest == digest) return &*heard.proposal;
  }
  return nullptr;
}

std::optional<ValidatorIndex> BftRounds::precommitter(std::uint32_t enough, std::uint32_t start,
                                                      ValidatorIndex self) const {
  for (const auto& [round, heard] : rounds_) {
    const auto value = heard.precommits.value_with(enough);
    if (!value) continue;
    for (std::uint32_t i = 0; i < validators_; ++i) {
      const ValidatorIndex v{(start + i) % validators_};
      if (v != self && heard.precommits.voted_for(v, *value)) return v;
    }
  }
  return std::nullopt;
}

std::vector<ValidatorIndex> BftRounds::supporters(const Digest& value) const {
  std::vector<ValidatorIndex> all;
  for (std::uint32_t v = 0; v < validators_; ++v) {
    const bool voted = std::any_of(rounds_.begin(), rounds_.end(), [&](const auto& round) {
      return round.second.prevotes.voted_for({v}, value) || round.second.precommits.voted_for({v}, value);
    });
    if (voted) all.push_back({v});
  }
  return all;
}

void BftRounds::trim(std::uint32_t present, std::int64_t locked_round, std::int64_t valid_round) {
  for (auto at = rounds_.begin(); at != rounds_.end() && rounds_.size() > max_rounds;) {
    if (at->first >= present) return;
    const bool needed = at->first == locked_round || at->first == valid_round;
    at = needed ? std::next(at) : rounds_.erase(at);
  }
}

}  // namespace bsn
