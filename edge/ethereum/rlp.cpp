#include "edge/ethereum/rlp.h"

#include <algorithm>

namespace bsn::edge::ethereum {
namespace {

constexpr unsigned char string_mark = 0x80, list_mark = 0xc0;
constexpr std::size_t longest_short = 55;

// The length as big-endian bytes without leading zeros.
std::string number(std::size_t value) {
  std::string bytes;
  for (; value > 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value & 0xff));
  return bytes;
}

std::string prefixed(unsigned char mark, const std::string& payload) {
  if (payload.size() <= longest_short) return static_cast<char>(mark + payload.size()) + payload;
  const std::string length = number(payload.size());
  return static_cast<char>(mark + longest_short + length.size()) + length + payload;
}

std::string encode_string(const std::string& bytes) {
  if (bytes.size() == 1 && static_cast<unsigned char>(bytes[0]) < string_mark) return bytes;
  return prefixed(string_mark, bytes);
}

// Takes the payload of an item whose first byte is `mark` or more off the front; nullopt: it is cut off, or has a
// longer form than needed.
std::optional<std::string_view> take_payload(std::string_view& bytes, unsigned char mark) {
  std::size_t length = static_cast<unsigned char>(bytes.front()) - mark;
  bytes.remove_prefix(1);
  if (length > longest_short) {
    const std::size_t digits = length - longest_short;
    if (digits > 4 || bytes.size() < digits || bytes.front() == 0) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
    bytes.remove_prefix(digits);
    if (length <= longest_short) return std::nullopt;
  }
  if (length > bytes.size()) return std::nullopt;
  const std::string_view payload = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return payload;
}

std::optional<std::string> take_string(std::string_view& bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  if (first >= list_mark) return std::nullopt;
  if (first < string_mark) {
    bytes.remove_prefix(1);
    return std::string(1, static_cast<char>(first));
  }
  const auto payload = take_payload(bytes, string_mark);
  if (!payload) return std::nullopt;
  const bool should_stand_alone = payload->size() == 1 && static_cast<unsigned char>(payload->front()) < string_mark;
  return should_stand_alone ? std::nullopt : std::optional(std::string(*payload));
}

}  // namespace

std::optional<std::vector<std::string>> rlp_decode_list(std::string_view bytes) {
  if (bytes.empty() || static_cast<unsigned char>(bytes.front()) < list_mark) return std::nullopt;
  auto payload = take_payload(bytes, list_mark);
  if (!payload || !bytes.empty()) return std::nullopt;
  std::vector<std::string> strings;
  while (!payload->empty()) {
    auto string = take_string(*payload);
    if (!string) return std::nullopt;
    strings.push_back(std::move(*string));
  }
  return strings;
}

std::string rlp_encode_list(const std::vector<std::string>& strings) {
  std::string payload;
  for (const std::string& string : strings) payload += encode_string(string);
  return prefixed(list_mark, payload);
}

}  // namespace bsn::edge::ethereum
