// Kinds made of kinds: lists, sections with keys, one-of. And the three visitors that walk a section's description:
// Reader fills it from a file, Writer prints it, SchemaMaker describes it.
//
// A section's keys are described once, by a function found beside its type (sim/scenario_keys.h, sim/network_keys.h):
//   template <class V> void describe(V& v, Round& r) { v.need("label", r.label, NameKind{}, "help"); v.key(...); }
// need(): must stand in the file. key(): may be missing, the struct's own initial value is the default.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config_kinds.h"
#include "sim/edit_distance.h"

namespace bsn {

class Reader {
 public:
  Reader(const ConfigNode& node, Spot spot) : node_(node), spot_(std::move(spot)) {}

  template <class Value, class Kind>
  void key(const char* name, Value& value, const Kind& kind, const char* /*help*/) {
    read(name, value, kind);
  }

  template <class Value, class Kind>
  void need(const char* name, Value& value, const Kind& kind, const char* /*help*/) {
    if (!read(name, value, kind)) spot_.complain(node_.place, fmt::format("the key '{}' is missing; add it", name));
  }

  // Keys of the same struct that stand in a section of their own.
  template <class Describe>
  void group(const char* name, const char* /*help*/, const Describe& describe_group) {
    known_.push_back(name);
    const ConfigEntry* entry = node_.find(name);
    if (entry == nullptr) return;
    Reader inner(*entry->value, spot_.key(name));
    if (!inner.is_map()) return;
    describe_group(inner);
    inner.finish();
  }

  bool is_map() const {
    if (node_.kind == ConfigNode::Kind::map) return true;
    spot_.complain(node_.place, "must be a map of keys");
    return false;
  }

  // Complains of every key that nobody asked for.
  void finish() const {
    for (const ConfigEntry& entry : node_.entries) {
      if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) spot_.complain_of_key(entry, known_);
    }
  }

 private:
  template <class Value, class Kind>
  bool read(const char* name, Value& value, const Kind& kind) {
    known_.push_back(name);
    const ConfigEntry* entry = node_.find(name);
    if (entry == nullptr) return false;
    kind.read(*entry->value, value, spot_.key(name));
    return true;
  }

  const ConfigNode& node_;
  Spot spot_;
  std::vector<std::string> known_;
};

class Writer {
 public:
  template <class Value, class Kind>
  void key(const char* name, const Value& value, const Kind& kind, const char* /*help*/) {
    object_.emplace(name, kind.print(value));
  }
  template <class Value, class Kind>
  void need(const char* name, const Value& value, const Kind& kind, const char* help) {
    key(name, value, kind, help);
  }
  template <class Describe>
  void group(const char* name, const char* /*help*/, const Describe& describe_group) {
    Writer inner;
    describe_group(inner);
    object_.emplace(name, std::move(inner.object_));
  }
  boost::json::object take() { return std::move(object_); }

 private:
  boost::json::object object_;
};

class SchemaMaker {
 public:
  template <class Value, class Kind>
  void key(const char* name, const Value& value, const Kind& kind, const char* help) {
    boost::json::object described = add(kind, help);
    described.emplace("default", kind.print(value));
    properties_.emplace(name, std::move(described));
  }
  template <class Value, class Kind>
  void need(const char* name, const Value& /*value*/, const Kind& kind, const char* help) {
    properties_.emplace(name, add(kind, help));
    required_.emplace_back(name);
  }
  template <class Describe>
  void group(const char* name, const char* help, const Describe& describe_group) {
    SchemaMaker inner;
    describe_group(inner);
    boost::json::object described = inner.take();
    described.emplace("description", help);
    properties_.emplace(name, std::move(described));
  }
  boost::json::object take() {
    boost::json::object schema = {
        {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties_)}};
    if (!required_.empty()) schema.emplace("required", std::move(required_));
    return schema;
  }

 private:
  template <class Kind>
  static boost::json::object add(const Kind& kind, const char* help) {
    boost::json::object described = kind.schema();
    described.emplace("description", help);
    return described;
  }

  boost::json::object properties_;
  boost::json::array required_;
};

// A struct with a describe() beside it, as a map.
template <class T>
struct Section {
  using Value = T;
  void read(const ConfigNode& node, T& value, const Spot& spot) const {
    Reader reader(node, spot);
    if (!reader.is_map()) return;
    describe(reader, value);
    reader.finish();
  }
  boost::json::value print(const T& value) const {
    Writer writer;
    T copy = value;  // describe() takes a value that could be written to
    describe(writer, copy);
    return writer.take();
  }
  boost::json::object schema() const {
    SchemaMaker maker;
    T initial{};
    describe(maker, initial);
    return maker.take();
  }
};

// Any number of items of one kind.
template <class Kind>
struct ListKind {
  using Value = std::vector<typename Kind::Value>;
  Kind item{};
  void read(const ConfigNode& node, Value& values, const Spot& spot) const {
    if (node.kind != ConfigNode::Kind::list) return spot.complain(node.place, "must be a list, such as [a, b]");
    values.resize(node.items.size());
    for (std::size_t n = 0; n < node.items.size(); ++n) item.read(*node.items[n], values[n], spot.item(n));
  }
  boost::json::value print(const Value& values) const {
    boost::json::array printed;
    for (const auto& value : values) printed.emplace_back(item.print(value));
    return printed;
  }
  boost::json::object schema() const { return {{"type", "array"}, {"items", item.schema()}}; }
};

// One of several structs, as a map of one key: {poisson: {tps: 50}}. Name n stands for the variant's alternative n.
template <class Variant>
struct OneOf;
template <class... Alternatives>
struct OneOf<std::variant<Alternatives...>> {
  using Value = std::variant<Alternatives...>;
  std::array<const char*, sizeof...(Alternatives)> names;

  void read(const ConfigNode& node, Value& value, const Spot& spot) const {
    const std::vector<std::string> known(names.begin(), names.end());
    if (node.kind != ConfigNode::Kind::map || node.entries.size() != 1) {
      return spot.complain(node.place, fmt::format("must be a map of exactly one key{}", suggestion("", known)));
    }
    const ConfigEntry& entry = node.entries.front();
    const bool found = read_named(entry, value, spot, std::index_sequence_for<Alternatives...>{});
    if (!found) spot.complain_of_key(entry, known);
  }
  boost::json::value print(const Value& value) const {
    return std::visit(
        [&]<class Alternative>(const Alternative& one) -> boost::json::value {
          return boost::json::object{{names[value.index()], Section<Alternative>{}.print(one)}};
        },
        value);
  }
  boost::json::object schema() const {
    boost::json::array all;
    std::size_t n = 0;
    (all.emplace_back(schema_of<Alternatives>(names[n++])), ...);
    return {{"oneOf", std::move(all)}};
  }

 private:
  template <std::size_t... indices>
  bool read_named(const ConfigEntry& entry, Value& value, const Spot& spot, std::index_sequence<indices...>) const {
    return (read_one<indices>(entry, value, spot) || ...);
  }
  template <std::size_t index>
  bool read_one(const ConfigEntry& entry, Value& value, const Spot& spot) const {
    if (entry.key != names[index]) return false;
    using Alternative = std::variant_alternative_t<index, Value>;
    Section<Alternative>{}.read(*entry.value, value.template emplace<index>(), spot.key(entry.key));
    return true;
  }
  template <class Alternative>
  static boost::json::object schema_of(const char* name) {
    boost::json::object properties;
    properties.emplace(name, Section<Alternative>{}.schema());
    return {{"type", "object"},
            {"additionalProperties", false},
            {"properties", std::move(properties)},
            {"required", {name}}};
  }
};

}  // namespace bsn
