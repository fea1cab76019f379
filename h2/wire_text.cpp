#include "h2/wire_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace bsn::h2 {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Unit {
  char letter;
  std::int64_t ns;
};
constexpr std::array<Unit, 6> units{
    {{'n', 1}, {'u', 1'000}, {'m', 1'000'000}, {'S', 1'000'000'000}, {'M', 60'000'000'000}, {'H', 3'600'000'000'000}}};

constexpr std::int64_t longest_ns = 1'000 * units.back().ns;
constexpr std::int64_t most_digits_value = 99'999'999;

bool plain(char c) { return c >= ' ' && c <= '~' && c != '%'; }

int hex_value(char c) {
  const std::size_t at = hex_digits.find(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (plain(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    encoded += {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
  }
  return encoded;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? hex_value(text[i + 1]) : -1;
    const int low = escape ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

std::string base64_encode(std::string_view bytes) {
  std::string encoded;
  encoded.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (count += 8; count >= 6; count -= 6) encoded += base64_digits[bits >> (count - 6) & 63];
  }
  if (count > 0) encoded += base64_digits[bits << (6 - count) & 63];
  return encoded;
}

std::optional<std::string> base64_decode(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string decoded;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = base64_digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>(bits >> count & 255);
  }
  return decoded;
}

std::optional<std::chrono::nanoseconds> parse_timeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& one) { return one.letter == text.back(); });
  if (unit == units.end() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t value = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return std::chrono::nanoseconds(value > longest_ns / unit->ns ? longest_ns : value * unit->ns);
}

std::string format_timeout(std::chrono::nanoseconds timeout) {
  for (const Unit& unit : units) {
    const std::int64_t value = (timeout.count() + unit.ns - 1) / unit.ns;
    if (value <= most_digits_value) return std::to_string(value) + unit.letter;
  }
  return "99999999H";
}

}  // namespace bsn::h2
