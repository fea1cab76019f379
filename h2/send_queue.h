// Bytes on their way out of one stream: a sender appends, the HTTP/2 engine takes as much as fits into a DATA frame.
//
// What was taken stays at the front until it is worth moving the rest, so taking is O(1) per byte even if the queue
// never empties. Unbounded: whoever sends looks at size(). Not for more than one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "h2/message_reader.h"

namespace bsn::h2 {

class SendQueue {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }
  // Behind its length, as gRPC frames it.
  void append_message(std::string_view message) {
    append_prefix(bytes_, message.size());
    bytes_.append(message);
  }

  std::size_t size() const { return bytes_.size() - taken_; }  // not taken yet

  // Moves the first bytes out, as many as there are and fit, and says how many.
  std::size_t take(std::span<std::uint8_t> to) {
    const std::size_t count = std::min(to.size(), size());
    if (count == 0) return 0;
    std::memcpy(to.data(), bytes_.data() + taken_, count);
    taken_ += count;
    if (size() == 0 || (taken_ >= worth_dropping && taken_ * 2 > bytes_.size())) {
      bytes_.erase(0, taken_);
      taken_ = 0;
    }
    return count;
  }

  void clear() {
    bytes_.clear();
    taken_ = 0;
  }

 private:
  static constexpr std::size_t worth_dropping = 64 * 1024;

  std::string bytes_;
  std::size_t taken_ = 0;
};

}  // namespace bsn::h2
