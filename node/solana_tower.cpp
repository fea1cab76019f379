#include "node/solana_tower.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bsn {
namespace {

constexpr std::size_t vote_bytes = 8 + 8 + 32 + 1;

}  // namespace

void SolanaTower::expire(std::uint64_t slot) {
  while (!votes_.empty() && votes_.back().locked_until() < slot) votes_.pop_back();
}

void SolanaTower::push(std::uint64_t slot, Height height, const Digest& block) {
  if (!votes_.empty() && votes_.size() + 1 >= depth_) votes_.erase(votes_.begin());
  votes_.push_back({slot, height, block});
  for (std::size_t i = 0; i < votes_.size(); ++i) {
    if (votes_.size() > i + votes_[i].confirmations) ++votes_[i].confirmations;
  }
}

// A vote at a time: a validator with a full tower writes 31 of them for every block.
void SolanaTower::write(ByteWriter& writer) const {
  writer.reserve(writer.bytes().size() + votes_.size() * vote_bytes);
  for (const Vote& vote : votes_) {
    std::array<char, vote_bytes> one;
    const auto slot = big_endian<8>(vote.slot), height = big_endian<8>(vote.height);
    char* at = std::copy(slot.begin(), slot.end(), one.data());
    at = std::copy(height.begin(), height.end(), at);
    std::memcpy(at, vote.block.bytes.data(), vote.block.bytes.size());
    one.back() = static_cast<char>(vote.confirmations);
    writer.raw({one.data(), one.size()});
  }
}

std::string SolanaTower::bytes() const {
  ByteWriter writer;
  write(writer);
  return writer.take();
}

SolanaTower SolanaTower::read(std::string_view bytes, std::uint32_t depth) {
  SolanaTower tower(depth);
  ByteReader reader(bytes);
  for (std::size_t i = 0; i < bytes.size() / vote_bytes; ++i) {
    Vote vote;
    vote.slot = reader.u64();
    vote.height = reader.u64();
    vote.block = reader.digest();
    vote.confirmations = reader.u8();
    tower.votes_.push_back(vote);
  }
  return tower;
}

}  // namespace bsn
