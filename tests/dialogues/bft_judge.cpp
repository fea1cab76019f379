#include "tests/dialogues/bft_judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace bsn {

std::optional<std::string> BftJudge::judge(std::uint32_t v, const ConsensusMessage& message,
                                           const DurableState& durable) {
  const auto& disk = durable.bft_vote;
  if (const auto* vote = std::get_if<BftVote>(&message)) {
    const bool on_disk = disk && std::count(disk->votes.begin(), disk->votes.end(), *vote) > 0;
    return judge_signed(v, 1 + static_cast<int>(vote->kind), vote->height, vote->round, vote->proposal, on_disk);
  }
  if (const auto* proposal = std::get_if<BftProposal>(&message)) {
    const bool on_disk = disk && disk->proposed && disk->proposed->proposal == proposal->proposal;
    return judge_signed(v, 0, proposal->height, proposal->round, proposal_digest(*proposal->proposal), on_disk);
  }
  if (const auto* decided = std::get_if<BftDecided>(&message)) {
    const bool on_disk = durable.blocks.size() >= decided->height;
    return judge_signed(v, 3, decided->height, 0, decided->proposal, on_disk);
  }
  return std::nullopt;
}

std::optional<std::string> BftJudge::judge_signed(std::uint32_t v, int kind, Height height, std::uint32_t round,
                                                  const Digest& value, bool on_disk) {
  const auto [at, fresh] = signed_.try_emplace({v, kind, height, round}, value);
  static constexpr const char* names[] = {"proposal", "prevote", "precommit", "decision"};
  if (at->second != value) return fmt::format("{} signed a second {} at {}/{}", v, names[kind], height, round);
  if (fresh && !on_disk)
    return fmt::format("{} sent a {} at {}/{} before it was stored", v, names[kind], height, round);
  return std::nullopt;
}

}  // namespace bsn
