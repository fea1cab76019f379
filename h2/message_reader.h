// gRPC's framing of one direction of a call: a flag, four bytes of length, the message; over and over.
//
// Not for several threads. Bounds: what is held is at most one message of `most` bytes, allocated as it comes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "h2/outcome.h"

namespace bsn::h2 {

// The prefix of a message of `length` bytes that is not compressed.
void append_prefix(std::string& to, std::size_t length);

class MessageReader {
 public:
  explicit MessageReader(std::size_t most) : most_(most) {}

  // From now on messages may come compressed by gzip.
  void accept_gzip() { gzip_ = true; }

  // Takes bytes from the front of `bytes`, up to the end of a message. True: a message is there, see message().
  bool take(std::string_view& bytes);

  // The message that take() completed; valid until the next take(). The string may be moved from.
  std::string& message() { return message_; }

  // Why nothing more can be read; once set, take() returns false for good.
  const std::optional<Outcome>& wrong() const { return wrong_; }

  bool in_message() const { return prefix_got_ > 0; }
  std::size_t held() const { return message_.size(); }

 private:
  static constexpr std::size_t prefix_bytes = 5;

  bool read_prefix(std::string_view& bytes);
  bool complete();
  bool fail(Code code, const char* why);

  const std::size_t most_;
  bool gzip_ = false;
  std::array<std::uint8_t, prefix_bytes> prefix_{};
  std::size_t prefix_got_ = 0;
  std::size_t length_ = 0;
  bool compressed_ = false;
  bool done_ = false;  // message_ was handed out
  std::string message_;
  std::optional<Outcome> wrong_;
};

}  // namespace bsn::h2
