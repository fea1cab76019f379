#include "h2/frame_guard.h"

#include <algorithm>

namespace bsn::h2 {
namespace {

enum FrameType : std::uint8_t { data = 0, headers = 1, reset = 3, continuation = 9 };
constexpr std::uint8_t end_stream = 0x1;
constexpr std::uint8_t end_headers = 0x4;

}  // namespace

const char* FrameGuard::look(std::span<const std::uint8_t> bytes, Clock::time_point now) {
  while (!bytes.empty()) {
    if (skip_ > 0) {
      const std::size_t skipped = std::min(skip_, bytes.size());
      skip_ -= skipped;
      bytes = bytes.subspan(skipped);
      continue;
    }
    if (header_got_ == 0 && !in_block_) half_sent_since_.reset();  // another frame begins: the one before is whole
    const std::size_t taken = std::min(header_bytes - header_got_, bytes.size());
    std::copy_n(bytes.begin(), taken, header_.begin() + static_cast<std::ptrdiff_t>(header_got_));
    header_got_ += taken;
    bytes = bytes.subspan(taken);
    if (header_got_ < header_bytes) break;
    header_got_ = 0;
    if (const char* wrong = judge(now)) return wrong;
  }
  const bool half = skip_ > 0 || header_got_ > 0 || in_block_;
  if (!half) half_sent_since_.reset();
  if (half && !half_sent_since_) half_sent_since_ = now;
  return nullptr;
}

const char* FrameGuard::judge(Clock::time_point now) {
  const std::size_t length = std::size_t{header_[0]} << 16 | std::size_t{header_[1]} << 8 | header_[2];
  const std::uint8_t type = header_[3];
  const std::uint8_t flags = header_[4];
  skip_ = length;
  switch (type) {
    case headers:
      block_bytes_ = 0;
      continuations_ = 0;
      return judge_block(length, flags & end_headers);
    case continuation:
      if (++continuations_ > budgets_.continuation_frames) return "too many CONTINUATION frames";
      return judge_block(length, flags & end_headers);
    case data:
      if (length > 0 || (flags & end_stream)) return nullptr;
      break;
    case reset:
      return resets_.take(1, now) ? nullptr : too_many_resets;
    default:
      break;
  }
  return control_.take(1, now) ? nullptr : "too many control frames";
}

const char* FrameGuard::judge_block(std::size_t length, bool ends) {
  block_bytes_ += length;
  in_block_ = !ends;
  return block_bytes_ > budgets_.header_block_bytes ? "a header block is too large" : nullptr;
}

}  // namespace bsn::h2
