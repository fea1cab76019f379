#include "node/signed_seal.h"

#include <algorithm>

#include "core/peer_message.h"

namespace bsn {
namespace {

constexpr std::size_t signature_bytes = sizeof(Digest::bytes);

Digest signature_of(std::uint64_t chain_seed, const Proposal& proposal, std::string_view body) {
  CanonicalBytes content("bsn/sealed-proposal/v1");
  content.add(proposal.height).add(proposal.parent).add(static_cast<std::uint64_t>(proposal.time.ns)).add(body);
  for (const TransactionPtr& transaction : proposal.transactions) content.add(transaction->id);
  return sign_modelled(chain_seed, proposal.proposer, content.digest());
}

}  // namespace

SealWriter& SealWriter::put(std::uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) bytes_.push_back(static_cast<char>(value >> shift));
  return *this;
}

SealWriter& SealWriter::digest(const Digest& value) {
  bytes_.append(value.view());
  return *this;
}

SealWriter& SealWriter::bits(const std::vector<bool>& set) {
  for (std::size_t at = 0; at < set.size(); at += 8) {
    unsigned byte = 0;
    for (std::size_t i = at; i < std::min(at + 8, set.size()); ++i) byte |= (set[i] ? 0x80u : 0u) >> (i - at);
    bytes_.push_back(static_cast<char>(byte));
  }
  return *this;
}

std::uint64_t SealReader::take(std::size_t width) {
  if (rest_.size() < width) {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(rest_[i]);
  rest_.remove_prefix(width);
  return value;
}

Digest SealReader::digest() {
  Digest value;
  for (std::uint8_t& byte : value.bytes) byte = u8();
  return value;
}

std::vector<bool> SealReader::bits(std::size_t count) {
  if (rest_.size() < (count + 7) / 8) {
    take(rest_.size() + 1);
    return {};
  }
  std::vector<bool> set(count);
  for (std::size_t at = 0; at < count; at += 8) {
    const unsigned byte = u8();
    for (std::size_t i = at; i < at + 8; ++i) {
      const bool on = (byte & 0x80u >> (i - at)) != 0;
      if (i < count) set[i] = on;
      failed_ = failed_ || (on && i >= count);
    }
  }
  return set;
}

std::string signed_seal(std::uint64_t chain_seed, const Proposal& proposal, const std::string& body) {
  return body + std::string(signature_of(chain_seed, proposal, body).view());
}

std::string_view seal_body(const Proposal& proposal) {
  const std::string_view seal = proposal.seal;
  return seal.substr(0, seal.size() < signature_bytes ? 0 : seal.size() - signature_bytes);
}

bool is_sealed_by_proposer(std::uint64_t chain_seed, const Proposal& proposal) {
  const std::string_view seal = proposal.seal;
  if (seal.size() < signature_bytes) return false;
  return signature_of(chain_seed, proposal, seal_body(proposal)).view() == seal.substr(seal.size() - signature_bytes);
}

}  // namespace bsn
