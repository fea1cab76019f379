#include "sim/config_text.h"

#include <fmt/format.h>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace bsn {
namespace {

namespace json = boost::json;

std::string scalar_text(const json::value& value) {
  // Boost.JSON writes doubles as 5E1; the shortest text that reads back to the same number is kinder.
  return value.is_double() ? fmt::format("{}", value.get_double()) : json::serialize(value);
}

bool is_flat(const json::array& array) {
  return std::none_of(array.begin(), array.end(), [](const json::value& v) { return v.is_object() || v.is_array(); });
}

void append(const json::value& value, const std::string& indent, std::string& text);

void append_array(const json::array& array, const std::string& indent, std::string& text) {
  const bool flat = is_flat(array);
  const std::string inner = indent + "  ";
  text += '[';
  for (std::size_t n = 0; n < array.size(); ++n) {
    if (n > 0) text += flat ? ", " : ",";
    if (!flat) text += "\n" + inner;
    append(array[n], inner, text);
  }
  text += flat ? "]" : "\n" + indent + "]";
}

void append_object(const json::object& object, const std::string& indent, std::string& text) {
  const std::string inner = indent + "  ";
  text += '{';
  bool first = true;
  for (const auto& [key, value] : object) {
    text += (first ? "\n" : ",\n") + inner + json::serialize(json::string(key)) + ": ";
    append(value, inner, text);
    first = false;
  }
  text += first ? "}" : "\n" + indent + "}";
}

void append(const json::value& value, const std::string& indent, std::string& text) {
  if (value.is_object()) return append_object(value.get_object(), indent, text);
  if (value.is_array()) return append_array(value.get_array(), indent, text);
  text += scalar_text(value);
}

void emit(const json::value& value, YAML::Emitter& out) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, inner] : value.get_object()) {
      out << YAML::Key << std::string(key) << YAML::Value;
      emit(inner, out);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    const json::array& array = value.get_array();
    if (is_flat(array)) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const json::value& item : array) emit(item, out);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    out << std::string(value.get_string());
  } else {
    out << scalar_text(value);
  }
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string text;
  append(value, "", text);
  return text + "\n";
}

std::string yaml_text(const json::value& value) {
  YAML::Emitter out;
  emit(value, out);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace bsn
