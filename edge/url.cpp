#include "edge/url.h"

#include <charconv>

namespace bsn::edge {
namespace {

constexpr std::size_t most_parts = 32;

std::optional<std::string> unescape(std::string_view text, bool plus_is_space) {
  std::string plain;
  while (!text.empty()) {
    if (text.front() != '%') {
      plain.push_back(plus_is_space && text.front() == '+' ? ' ' : text.front());
      text.remove_prefix(1);
      continue;
    }
    unsigned char byte = 0;
    if (text.size() < 3) return std::nullopt;
    const auto [end, failed] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
    if (failed != std::errc() || end != text.data() + 3 || byte == 0) return std::nullopt;
    plain.push_back(static_cast<char>(byte));
    text.remove_prefix(3);
  }
  return plain;
}

// Takes what stands before the next `mark` off the front.
std::string_view take(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

}  // namespace

std::optional<Url> parse_url(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  target.remove_prefix(1);
  Url url;
  std::string_view path = take(target, '?');
  for (bool more = true; more && url.segments.size() < most_parts;) {
    more = path.find('/') != std::string_view::npos;
    auto segment = unescape(take(path, '/'), false);
    if (!segment) return std::nullopt;
    url.segments.push_back(std::move(*segment));
  }
  while (!target.empty() && url.query.size() < most_parts) {
    std::string_view value = take(target, '&');
    auto name = unescape(take(value, '='), true);
    auto text = unescape(value, true);
    if (!name || !text) return std::nullopt;
    url.query.emplace_back(std::move(*name), std::move(*text));
  }
  if (!path.empty() || !target.empty()) return std::nullopt;
  return url;
}

}  // namespace bsn::edge
