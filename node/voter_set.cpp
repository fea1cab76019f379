#include "node/voter_set.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/check.h"

namespace bsn {
namespace {

// SplitMix64's finalizer.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint64_t message_of(const VoteSubject& subject) {
  std::uint64_t message = mix(mix(mix(subject.kind) ^ subject.round) ^ subject.height);
  for (std::size_t i = 0; i < subject.block.bytes.size(); i += sizeof message) {
    std::uint64_t word = 0;
    std::memcpy(&word, subject.block.bytes.data() + i, sizeof word);
    message = mix(message ^ word);
  }
  return message;
}

Digest signature_of(std::uint64_t chain_seed, const VoteSubject& subject, const VoterSet& voters) {
  const std::uint64_t message = message_of(subject);
  std::uint64_t all = 0;
  voters.for_each([&](ValidatorIndex voter) { all ^= mix(mix(chain_seed ^ (voter.value + 1)) ^ message); });
  Digest signature;
  std::memcpy(signature.bytes.data(), &all, sizeof all);
  return signature;
}

}  // namespace

bool VoterSet::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

ValidatorIndex VoterSet::first() const {
  const auto word = std::find_if(words_.begin(), words_.end(), [](std::uint64_t one) { return one != 0; });
  BSN_CHECK(word != words_.end(), "somebody is in the set");
  return {static_cast<std::uint32_t>(word - words_.begin()) * 64 + static_cast<std::uint32_t>(std::countr_zero(*word))};
}

bool VoterSet::contains_all(const VoterSet& others) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if ((others.words_[i] & ~words_[i]) != 0) return false;
  }
  return true;
}

std::uint32_t VoterSet::count() const {
  return std::accumulate(words_.begin(), words_.end(), 0u, [](std::uint32_t sum, std::uint64_t word) {
    return sum + static_cast<std::uint32_t>(std::popcount(word));
  });
}

VoterSet VoterSet::minus(const VoterSet& other) const {
  VoterSet rest = *this;
  for (std::size_t i = 0; i < words_.size(); ++i) rest.words_[i] &= ~other.words_[i];
  return rest;
}

void VoterSet::unite(const VoterSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

std::string VoterSet::bytes(std::uint32_t validators) const {
  std::string bytes((validators + 7) / 8, '\0');
  std::memcpy(bytes.data(), words_.data(), bytes.size());
  return bytes;
}

std::optional<VoterSet> VoterSet::parse(std::uint32_t validators, std::string_view bytes) {
  if (bytes.size() != (validators + 7) / 8) return std::nullopt;
  VoterSet voters(validators);
  static_assert(std::endian::native == std::endian::little, "the first voters are in the lowest bits");
  std::memcpy(voters.words_.data(), bytes.data(), bytes.size());
  const std::uint32_t used = validators % 64;
  if (used != 0 && voters.words_.back() >> used != 0) return std::nullopt;
  return voters;
}

TreeVote bundle_votes(std::uint64_t chain_seed, std::uint32_t validators, const VoteSubject& subject,
                      const VoterSet& voters) {
  return {subject.kind,
          subject.round,
          subject.height,
          subject.block,
          voters.first(),
          voters.bytes(validators),
          signature_of(chain_seed, subject, voters)};
}

bool is_signed_bundle(std::uint64_t chain_seed, const TreeVote& bundle, const VoterSet& voters) {
  if (voters.empty() || voters.first() != bundle.voter) return false;
  const VoteSubject subject{bundle.kind, bundle.round, bundle.height, bundle.block};
  return signature_of(chain_seed, subject, voters) == bundle.signature;
}

}  // namespace bsn
