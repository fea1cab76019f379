#include "sim/brief_dump.h"

#include <algorithm>

namespace bsn {
namespace {

namespace json = boost::json;

bool is_required(const json::object& schema, std::string_view key) {
  const json::value* required = schema.if_contains("required");
  if (required == nullptr) return false;
  const json::array& keys = required->as_array();
  return std::any_of(keys.begin(), keys.end(), [&](const json::value& one) { return one.as_string() == key; });
}

json::object without_defaults_of(const json::object& value, const json::object& schema) {
  const json::object& properties = schema.at("properties").as_object();
  json::object brief;
  for (const auto& [key, one] : value) {
    const json::object& described = properties.at(key).as_object();
    const json::value* initial = described.if_contains("default");
    const bool needed = is_required(schema, key);
    if (!needed && initial != nullptr && *initial == one) continue;
    json::value left = without_defaults(one, described);
    const bool nothing = left.is_object() && left.as_object().empty();
    if (needed || !nothing) brief.emplace(key, std::move(left));
  }
  return brief;
}

// Of several shapes that which knows the value's only key.
const json::object& shape_of(const json::object& value, const json::array& shapes) {
  const auto fits = [&](const json::value& shape) {
    return shape.as_object().at("properties").as_object().contains(value.begin()->key());
  };
  return std::find_if(shapes.begin(), shapes.end(), fits)->as_object();
}

}  // namespace

json::value without_defaults(const json::value& value, const json::object& schema) {
  if (const auto* array = value.if_array(); array && schema.contains("items")) {
    json::array brief;
    for (const json::value& item : *array) {
      brief.push_back(without_defaults(item, schema.at("items").as_object()));
    }
    return brief;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  if (schema.contains("properties")) return without_defaults_of(*object, schema);
  const auto* shapes = schema.if_contains("oneOf");
  if (shapes == nullptr || object->size() != 1) return value;
  const json::array& all = shapes->as_array();
  const bool are_maps = std::all_of(all.begin(), all.end(),
                                    [](const json::value& shape) { return shape.as_object().contains("properties"); });
  return are_maps ? json::value(without_defaults_of(*object, shape_of(*object, all))) : value;
}

}  // namespace bsn
