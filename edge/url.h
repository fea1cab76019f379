// The parts of a request's target.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bsn::edge {

struct Url {
  std::vector<std::string> segments;                       // "/v1/a%2Fb" -> "v1", "a/b"
  std::vector<std::pair<std::string, std::string>> query;  // in order
};

// nullopt: it does not begin with '/', a %XX is malformed or stands for NUL, or there are more than 32 parts.
std::optional<Url> parse_url(std::string_view target);

}  // namespace bsn::edge
