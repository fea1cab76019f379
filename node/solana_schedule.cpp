#include "node/solana_schedule.h"

#include <cstring>

#include "core/byte_fields.h"

namespace bsn {

SolanaSchedule::SolanaSchedule(const SolanaParameters& parameters, std::uint64_t chain_seed,
                               const std::vector<std::uint64_t>& stake)
    : slots_per_leader_(parameters.slots_per_leader), chain_seed_(chain_seed), stake_(stake) {}

ValidatorIndex SolanaSchedule::leader(std::uint64_t slot) { return leader_of_turn(slot / slots_per_leader_); }

std::optional<std::uint64_t> SolanaSchedule::next_of(ValidatorIndex validator, std::uint64_t slot) {
  const std::uint64_t first = slot / slots_per_leader_;
  if (leader_of_turn(first) == validator) return slot;
  for (std::uint64_t turn = first + 1; turn <= first + turns_ahead; ++turn) {
    if (leader_of_turn(turn) == validator) return turn * slots_per_leader_;
  }
  return std::nullopt;
}

ValidatorIndex SolanaSchedule::leader_of_turn(std::uint64_t turn) {
  if (turn < first_turn_) return draw(turn);
  if (turn >= first_turn_ + turns_.size() + turns_ahead) {  // far from all that is known
    first_turn_ = turn;
    turns_.clear();
  }
  while (first_turn_ + turns_.size() <= turn) turns_.push_back(draw(first_turn_ + turns_.size()));
  for (; turns_.size() > remembered_max; ++first_turn_) turns_.pop_front();
  return turns_[turn - first_turn_];
}

ValidatorIndex SolanaSchedule::draw(std::uint64_t turn) const {
  Random random = shared_stream(chain_seed_, "solana leaders", turn);
  return stake_.draw(random);
}

std::string SolanaSeal::bytes(std::uint32_t validators) const {
  ByteWriter writer;
  writer.u64(slot).u8(static_cast<std::uint8_t>(votes.size()));
  for (const SolanaVotes& group : votes) {
    writer.u64(group.height).u64(group.tag_sum).raw(group.voters.bytes(validators));
  }
  return writer.bytes();
}

std::optional<SolanaSeal> SolanaSeal::read(std::string_view bytes, std::uint32_t validators) {
  ByteReader reader(bytes);
  SolanaSeal seal;
  seal.slot = reader.u64();
  const std::size_t groups = reader.u8();
  if (groups > groups_max) return std::nullopt;
  for (std::size_t i = 0; i < groups && !reader.failed(); ++i) {
    SolanaVotes group;
    group.height = reader.u64();
    group.tag_sum = reader.u64();
    auto voters = VoterSet::parse(validators, reader.raw((validators + 7) / 8));
    if (!voters) return std::nullopt;
    group.voters = std::move(*voters);
    if (i > 0 && group.height >= seal.votes.back().height) return std::nullopt;
    seal.votes.push_back(std::move(group));
  }
  if (!reader.complete()) return std::nullopt;
  return seal;
}

std::uint64_t SolanaSeal::slot_of(std::string_view bytes) { return ByteReader(bytes).u64(); }

std::uint64_t solana_vote_tag(std::uint64_t chain_seed, ValidatorIndex voter, const Digest& block) {
  std::uint64_t mixed = 0;
  std::memcpy(&mixed, block.bytes.data(), sizeof mixed);
  mixed ^= chain_seed + (std::uint64_t{voter.value} + 1) * 0x9E3779B97F4A7C15u;
  // The finaliser of SplitMix64, as in core/random.
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

}  // namespace bsn
