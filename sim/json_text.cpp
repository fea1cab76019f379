#include "sim/json_text.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cmath>

namespace bsn {
namespace {

namespace json = boost::json;

constexpr std::size_t line_width = 100;

std::string number_text(double number) { return std::isfinite(number) ? fmt::format("{}", number) : "null"; }

// All on one line.
std::string compact(const json::value& value) {
  std::string text;
  if (const auto* object = value.if_object()) {
    for (const auto& [key, one] : *object) {
      text += (text.empty() ? "" : ", ") + json::serialize(key) + ": " + compact(one);
    }
    return "{" + text + "}";
  }
  if (const auto* array = value.if_array()) {
    for (const json::value& one : *array) text += (text.empty() ? "" : ", ") + compact(one);
    return "[" + text + "]";
  }
  return value.is_double() ? number_text(value.get_double()) : json::serialize(value);
}

void write(const json::value& value, std::size_t indent, std::size_t used, std::string& out) {
  const std::string line = compact(value);
  if (!value.is_structured() || used + line.size() < line_width) {
    out += line;
    return;
  }
  const std::string margin(indent + 2, ' ');
  bool first = true;
  const auto next = [&](const std::string& key, const json::value& one) {
    out += (first ? "\n" : ",\n") + margin + key;
    first = false;
    write(one, indent + 2, margin.size() + key.size(), out);
  };
  out += value.is_object() ? "{" : "[";
  if (const auto* object = value.if_object()) {
    for (const auto& [key, one] : *object) next(json::serialize(key) + ": ", one);
  } else {
    for (const json::value& one : value.get_array()) next("", one);
  }
  out += "\n" + std::string(indent, ' ') + (value.is_object() ? "}" : "]");
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string out;
  write(value, 0, 0, out);
  return out;
}

}  // namespace bsn
