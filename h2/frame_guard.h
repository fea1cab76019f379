// Watches the frames that a client sends, before the HTTP/2 engine sees them, and says when they are too many.
//
// It reads frame headers only (RFC 9113, 4.1) and remembers a few counters: neither the engine's version nor what the
// client acknowledges matters. Not for several threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "h2/token_bucket.h"

namespace bsn::h2 {

class FrameGuard {
 public:
  using Clock = TokenBucket::Clock;

  FrameGuard(const Budgets& budgets, Clock::time_point now)
      : budgets_(budgets), resets_(budgets.resets, now), control_(budgets.control, now) {}

  // The next bytes from the client. Returns why the connection must end, as a text for people; nullptr: go on.
  const char* look(std::span<const std::uint8_t> bytes, Clock::time_point now);

  // A stream was reset by us. As above.
  const char* note_our_reset(Clock::time_point now) { return resets_.take(1, now) ? nullptr : too_many_resets; }

  // A frame of an answer was sent; the client may send more control frames for it.
  void note_sent() { control_.give(budgets_.control_per_frame); }

  // Since when a frame or a header block has been half there; nullopt: nothing is.
  std::optional<Clock::time_point> half_sent_since() const { return half_sent_since_; }

 private:
  static constexpr const char* too_many_resets = "too many streams were reset";
  static constexpr std::size_t preface_bytes = 24;
  static constexpr std::size_t header_bytes = 9;

  const char* judge(Clock::time_point now);
  const char* judge_block(std::size_t length, bool ends);

  const Budgets& budgets_;
  TokenBucket resets_;
  TokenBucket control_;
  std::size_t skip_ = preface_bytes;  // bytes of the preface or of a payload that are still to come
  std::array<std::uint8_t, header_bytes> header_{};
  std::size_t header_got_ = 0;
  bool in_block_ = false;  // a header block is open
  std::size_t block_bytes_ = 0;
  std::size_t continuations_ = 0;
  std::optional<Clock::time_point> half_sent_since_;
};

}  // namespace bsn::h2
