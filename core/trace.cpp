#include "core/trace.h"

#include <bit>

namespace bsn {
namespace {

constexpr std::size_t buffer_bytes = 16 * 1024;

void append_number(std::string& out, std::uint64_t number) {
  static_assert(std::endian::native == std::endian::little, "the trace is written little-endian");
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_event(std::string& out, Instant when, std::string_view what, std::uint64_t a) {
  append_number(out, static_cast<std::uint64_t>(when.ns));
  out.push_back(static_cast<char>(what.size()));
  out.append(what);
  append_number(out, a);
}

}  // namespace

Trace::Trace() { buffer_.reserve(buffer_bytes + 256); }

void Trace::record(Instant when, std::string_view what, std::uint64_t a, std::uint64_t b) {
  append_event(buffer_, when, what, a);
  append_number(buffer_, b);
  fold_if_full();
}

void Trace::record(Instant when, std::string_view what, std::uint64_t a, const Digest& digest) {
  append_event(buffer_, when, what, a);
  buffer_.append(digest.view());
  fold_if_full();
}

void Trace::fold_if_full() {
  ++events_;
  if (buffer_.size() < buffer_bytes) return;
  digest_.update(buffer_);
  buffer_.clear();
}

Digest Trace::fingerprint() const {
  RunningDigest whole = digest_.copy();
  whole.update(buffer_);
  return whole.value();
}

}  // namespace bsn
