// Writes structs as JSON and reads them back, both from one description of their fields.
//
// A struct has a function beside it, found by its argument:
//   template <class V> void fields(V& v, In<V, RoundReport> r) { v("label", r.label); ... }
// v(name, field): stands in the JSON and must be there when it is read. v.shown(name, make): for readers of the JSON
// only; written, and passed over when read. A type that looks different in JSON has a JsonForm. Reading is strict: an
// unknown or missing key and a value of another kind are a problem, and the first one is kept with its place.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/time.h"

namespace bsn {

template <class V, class T>
using In = typename V::template Ref<T>;

// How a type looks in JSON: `using Form`, `Form form(const T&)` and `std::optional<T> back(const Form&)`, which gives
// nullopt when no T looks so.
template <class T>
struct JsonForm;

template <class T>
concept HasJsonForm = requires(const T& value) {
  JsonForm<T>::form(value);
};

template <class T>
boost::json::value to_json(const T& value);
template <class T>
boost::json::value to_json(const std::vector<T>& values);
template <class T>
boost::json::value to_json(const std::map<std::string, T>& values);
template <class T>
boost::json::value to_json(const std::optional<T>& value);

class JsonWriter {
 public:
  template <class T>
  using Ref = const T&;

  template <class T>
  void operator()(std::string_view name, const T& field) {
    object_[name] = to_json(field);
  }
  template <class Make>
  void shown(std::string_view name, const Make& make) {
    object_[name] = to_json(make());
  }
  boost::json::object take() { return std::move(object_); }

 private:
  boost::json::object object_;
};

// Where a reader is, and who wants to know what is wrong there.
struct JsonSpot {
  std::optional<std::string>& problem;
  std::string path;

  JsonSpot at(std::string_view name) const {
    return {problem, path.empty() ? std::string(name) : path + "." + std::string(name)};
  }
  JsonSpot at(std::size_t item) const { return {problem, path + "[" + std::to_string(item) + "]"}; }
  void complain(std::string_view what) const {
    if (!problem) problem = (path.empty() ? "" : path + ": ") + std::string(what);
  }
};

template <class T>
void from_json(const boost::json::value& value, T& field, const JsonSpot& spot);
template <class T>
void from_json(const boost::json::value& value, std::vector<T>& values, const JsonSpot& spot);
template <class T>
void from_json(const boost::json::value& value, std::map<std::string, T>& values, const JsonSpot& spot);
template <class T>
void from_json(const boost::json::value& value, std::optional<T>& field, const JsonSpot& spot);
void from_json(const boost::json::value& value, std::vector<std::uint64_t>& values, const JsonSpot& spot);

class JsonReader {
 public:
  template <class T>
  using Ref = T&;

  JsonReader(const boost::json::object& object, JsonSpot spot) : object_(object), spot_(std::move(spot)) {}

  template <class T>
  void operator()(std::string_view name, T& field) {
    if (const boost::json::value* value = find(name)) from_json(*value, field, spot_.at(name));
  }
  template <class Make>
  void shown(std::string_view name, const Make& /*make*/) {
    find(name);
  }
  // Complains of keys that nobody asked for.
  void finish() const {
    for (const auto& [key, value] : object_) {
      bool known = false;
      for (const std::string_view one : known_) known = known || one == std::string_view(key.data(), key.size());
      if (!known) spot_.at(std::string_view(key.data(), key.size())).complain("is not known");
    }
  }

 private:
  const boost::json::value* find(std::string_view name) {
    known_.push_back(name);
    const boost::json::value* value = object_.if_contains(name);
    if (value == nullptr) spot_.at(name).complain("is missing");
    return value;
  }

  const boost::json::object& object_;
  JsonSpot spot_;
  std::vector<std::string_view> known_;  // names are literals
};

// ---- values of the kinds that fields have ----

template <class T>
boost::json::value to_json(const std::vector<T>& values) {
  boost::json::array array;
  array.reserve(values.size());
  for (const T& one : values) array.push_back(to_json(one));
  return array;
}

template <class T>
boost::json::value to_json(const std::map<std::string, T>& values) {
  boost::json::object object;
  for (const auto& [key, one] : values) object[key] = to_json(one);
  return object;
}

template <class T>
boost::json::value to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : boost::json::value(nullptr);
}

template <class T>
boost::json::value to_json(const T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_convertible_v<T, std::string_view>) {
    return boost::json::value(value);
  } else if constexpr (std::is_same_v<T, Duration>) {
    return boost::json::value(value.ns);
  } else if constexpr (HasJsonForm<T>) {
    return to_json(JsonForm<T>::form(value));
  } else {
    JsonWriter writer;
    fields(writer, value);
    return writer.take();
  }
}

template <class T>
void from_json(const boost::json::value& value, std::vector<T>& values, const JsonSpot& spot) {
  const boost::json::array* array = value.if_array();
  if (array == nullptr) return spot.complain("must be a list");
  values.resize(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    T one{};
    from_json((*array)[i], one, spot.at(i));
    values[i] = std::move(one);
  }
}

// Long lists of numbers, without a path for each of them.
inline void from_json(const boost::json::value& value, std::vector<std::uint64_t>& values, const JsonSpot& spot) {
  const boost::json::array* array = value.if_array();
  if (array == nullptr) return spot.complain("must be a list");
  values.clear();
  values.reserve(array->size());
  for (const boost::json::value& one : *array) {
    std::uint64_t number = 0;
    from_json(one, number, spot);
    values.push_back(number);
  }
}

template <class T>
void from_json(const boost::json::value& value, std::map<std::string, T>& values, const JsonSpot& spot) {
  const boost::json::object* object = value.if_object();
  if (object == nullptr) return spot.complain("must be an object");
  for (const auto& [key, one] : *object) from_json(one, values[std::string(key)], spot.at(key));
}

template <class T>
void from_json(const boost::json::value& value, std::optional<T>& field, const JsonSpot& spot) {
  field.reset();
  if (!value.is_null()) from_json(value, field.emplace(), spot);
}

template <class T>
requires std::is_arithmetic_v<T>
void read_number(const boost::json::value& value, T& field, const JsonSpot& spot) {
  boost::system::error_code error;
  if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_bool()) return spot.complain("must be true or false");
    field = value.get_bool();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!value.is_number()) return spot.complain("must be a number");
    field = value.to_number<T>();
  } else {
    const T number = value.is_double() ? T{} : value.to_number<T>(error);
    if (!value.is_number() || value.is_double() || error.failed()) {
      return spot.complain("must be a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                           std::to_string(std::numeric_limits<T>::max()));
    }
    field = number;
  }
}

template <class T>
void from_json(const boost::json::value& value, T& field, const JsonSpot& spot) {
  if constexpr (std::is_arithmetic_v<T>) {
    read_number(value, field, spot);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) return spot.complain("must be text");
    field = value.get_string();
  } else if constexpr (std::is_same_v<T, Duration>) {
    read_number(value, field.ns, spot);
  } else if constexpr (HasJsonForm<T>) {
    typename JsonForm<T>::Form form{};
    from_json(value, form, spot);
    if (spot.problem) return;
    std::optional<T> back = JsonForm<T>::back(form);
    if (!back) return spot.complain("holds what no run can give");
    field = std::move(*back);
  } else {
    const boost::json::object* object = value.if_object();
    if (object == nullptr) return spot.complain("must be an object");
    JsonReader reader(*object, spot);
    fields(reader, field);
    reader.finish();
  }
}

}  // namespace bsn
