#include "core/trace_context.h"

#include <optional>

#include "core/check.h"

namespace bsn {
namespace {

constexpr std::size_t version_00_bytes = 55;
constexpr std::size_t trace_at = 3, span_at = 36, flags_at = 53;
constexpr std::uint8_t sampled_flag = 1;
constexpr char digits[] = "0123456789abcdef";

// Upper-case digits are not allowed.
std::optional<std::uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

std::optional<std::uint8_t> byte_at(std::string_view value, std::size_t place) {
  const auto high = digit(value[place]), low = digit(value[place + 1]);
  if (!high || !low) return std::nullopt;
  return static_cast<std::uint8_t>(*high << 4 | *low);
}

bool well_divided(std::string_view value) {
  if (value.size() < version_00_bytes) return false;
  if (value[trace_at - 1] != '-' || value[span_at - 1] != '-' || value[flags_at - 1] != '-') return false;
  const auto version = byte_at(value, 0);
  if (!version || *version == 0xff) return false;
  if (value.size() == version_00_bytes) return true;
  return *version != 0 && value[version_00_bytes] == '-';
}

void add_byte(std::string& text, std::uint64_t byte) {
  text += digits[byte >> 4 & 15];
  text += digits[byte & 15];
}

}  // namespace

TraceContext parse_traceparent(std::string_view value) {
  if (!well_divided(value)) return {};
  TraceContext read;
  for (std::size_t i = 0; i < read.trace.size(); ++i) {
    const auto byte = byte_at(value, trace_at + 2 * i);
    if (!byte) return {};
    read.trace[i] = *byte;
  }
  for (std::size_t i = 0; i < sizeof(read.span); ++i) {
    const auto byte = byte_at(value, span_at + 2 * i);
    if (!byte) return {};
    read.span = read.span << 8 | *byte;
  }
  const auto flags = byte_at(value, flags_at);
  if (!flags || read.span == 0 || !read.there()) return {};
  read.sampled = (*flags & sampled_flag) != 0;
  return read;
}

std::string to_traceparent(const TraceContext& context) {
  BSN_CHECK(context.there() && context.span != 0, "a traceparent names a trace and a span");
  std::string text = "00-";
  for (const std::uint8_t byte : context.trace) add_byte(text, byte);
  text += '-';
  for (int shift = 56; shift >= 0; shift -= 8) add_byte(text, context.span >> shift & 0xff);
  text += context.sampled ? "-01" : "-00";
  return text;
}

}  // namespace bsn
