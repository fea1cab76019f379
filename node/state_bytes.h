// Writes and reads what an engine keeps of its votes on its disk (TreeVoteState): numbers, digests and strings in a
// fixed order. Reading past the end gives zeroes and ok() is false. Not for more than one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/digest.h"

namespace bsn {

class StateWriter {
 public:
  StateWriter& add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(number >> shift & 0xff);
    return *this;
  }
  StateWriter& add(const Digest& digest) {
    bytes_ += digest.view();
    return *this;
  }
  StateWriter& add(std::string_view text) {
    add(std::uint64_t{text.size()});
    bytes_ += text;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t number = 0;
    const std::string_view raw = take(8);
    for (std::size_t i = 0; i < raw.size(); ++i) number |= std::uint64_t{static_cast<std::uint8_t>(raw[i])} << (8 * i);
    return number;
  }
  Digest digest() {
    Digest digest;
    const std::string_view raw = take(digest.bytes.size());
    std::copy(raw.begin(), raw.end(), digest.bytes.begin());
    return digest;
  }
  std::string_view text() { return take(number()); }
  // Nothing was missing so far.
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::uint64_t size) {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace bsn
