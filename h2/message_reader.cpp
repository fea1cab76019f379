#include "h2/message_reader.h"

#include <algorithm>

#include "h2/gunzip.h"

namespace bsn::h2 {

void append_prefix(std::string& to, std::size_t length) {
  if (to.empty()) to.reserve(5 + length);
  to += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(length >> shift & 255);
}

bool MessageReader::take(std::string_view& bytes) {
  if (done_) {
    message_.clear();
    done_ = false;
  }
  if (wrong_ || !read_prefix(bytes)) return false;
  const std::size_t taken = std::min(length_ - message_.size(), bytes.size());
  message_.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  return message_.size() == length_ && complete();
}

// False: the prefix is not whole yet, or wrong.
bool MessageReader::read_prefix(std::string_view& bytes) {
  if (prefix_got_ == prefix_bytes) return true;
  const std::size_t taken = std::min(prefix_bytes - prefix_got_, bytes.size());
  std::copy_n(bytes.begin(), taken, prefix_.begin() + static_cast<std::ptrdiff_t>(prefix_got_));
  prefix_got_ += taken;
  bytes.remove_prefix(taken);
  if (prefix_got_ < prefix_bytes) return false;
  if (prefix_[0] > 1) return fail(Code::invalid_argument, "the flags of a message are neither 0 nor 1");
  compressed_ = prefix_[0] == 1;
  if (compressed_ && !gzip_) return fail(Code::invalid_argument, "a compressed message without grpc-encoding");
  length_ = std::size_t{prefix_[1]} << 24 | std::size_t{prefix_[2]} << 16 | std::size_t{prefix_[3]} << 8 | prefix_[4];
  if (length_ > most_) return fail(Code::resource_exhausted, "a message is too large");
  return true;
}

bool MessageReader::complete() {
  prefix_got_ = 0;
  done_ = true;
  if (!compressed_) return true;
  Gunzipped inflated = gunzip(message_, most_);
  message_ = std::move(inflated.bytes);
  if (!inflated.error) return true;
  if (*inflated.error == GunzipError::too_large)
    return fail(Code::resource_exhausted, "a message is too large inflated");
  return fail(Code::invalid_argument, "a compressed message is not gzip");
}

bool MessageReader::fail(Code code, const char* why) {
  wrong_ = Outcome(code, why);
  message_.clear();
  return false;
}

}  // namespace bsn::h2
