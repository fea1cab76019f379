// Seals (Proposal::seal) of the slot family's engines: how they are written, read and signed.
//
// A seal is the family's own bytes, then the modelled signature of the block's producer over these bytes and the rest
// of the proposal. So a block whose proposer did not make it is refused.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/block.h"

namespace bsn {

// Fixed-width big-endian bytes, one field behind the other.
class SealWriter {
 public:
  SealWriter& u8(std::uint8_t value) { return put(value, 1); }
  SealWriter& u32(std::uint32_t value) { return put(value, 4); }
  SealWriter& u64(std::uint64_t value) { return put(value, 8); }
  SealWriter& digest(const Digest& value);
  SealWriter& bits(const std::vector<bool>& set);  // eight to a byte, the first is the highest; no length

  const std::string& bytes() const { return bytes_; }

 private:
  SealWriter& put(std::uint64_t value, int width);

  std::string bytes_;
};

// Reads what SealWriter wrote. Reading behind the end gives zeros and is remembered.
class SealReader {
 public:
  explicit SealReader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(take(4)); }
  std::uint64_t u64() { return take(8); }
  Digest digest();
  std::vector<bool> bits(std::size_t count);  // unused bits of the last byte must be zero

  // Everything was there, nothing is left over.
  bool complete() const { return !failed_ && rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::uint64_t take(std::size_t width);

  std::string_view rest_;
  bool failed_ = false;
};

// The seal of a proposal whose own seal is still empty: `body` and the proposer's signature.
std::string signed_seal(std::uint64_t chain_seed, const Proposal& proposal, const std::string& body);

// What stands before the signature of a seal; nothing when it is too short to hold one.
std::string_view seal_body(const Proposal& proposal);

// Whether the proposer made this proposal. Costs a digest over the transactions' ids.
bool is_sealed_by_proposer(std::uint64_t chain_seed, const Proposal& proposal);

}  // namespace bsn
