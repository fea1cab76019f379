#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <filesystem>
#include <regex>

#include "sim/config_tree.h"
#include "sim/scenario_file.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

namespace json = boost::json;

json::value scalar_json(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return json::value(text);
}

json::value tree_json(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return nullptr;
    case ConfigNode::Kind::scalar:
      return scalar_json(node.scalar);
    case ConfigNode::Kind::list: {
      json::array items;
      for (const ConfigNodePtr& item : node.items) items.emplace_back(tree_json(*item));
      return items;
    }
    case ConfigNode::Kind::map:
      break;
  }
  json::object object;
  for (const ConfigEntry& entry : node.entries) object.emplace(entry.key, tree_json(*entry.value));
  return object;
}

// The part of JSON Schema that our schema uses.
class Validator {
 public:
  static bool accepts(const json::object& schema, const json::value& value) {
    return type(schema, value) && range(schema, value) && words(schema, value) && items(schema, value) &&
           keys(schema, value) && one_of(schema, value);
  }

 private:
  static bool is(const json::value& value, std::string_view name) {
    if (name == "string") return value.is_string();
    if (name == "boolean") return value.is_bool();
    if (name == "array") return value.is_array();
    if (name == "object") return value.is_object();
    if (name == "number") return value.is_number();
    return name == "integer" && value.is_number() &&
           value.to_number<double>() == static_cast<double>(static_cast<long long>(value.to_number<double>()));
  }
  static bool type(const json::object& schema, const json::value& value) {
    const json::value* wanted = schema.if_contains("type");
    if (wanted == nullptr) return true;
    if (wanted->is_string()) return is(value, wanted->get_string());
    const json::array& any = wanted->get_array();
    return std::any_of(any.begin(), any.end(), [&](const json::value& one) { return is(value, one.get_string()); });
  }
  static bool range(const json::object& schema, const json::value& value) {
    if (!value.is_number()) return true;
    const double number = value.to_number<double>();
    if (const auto* min = schema.if_contains("minimum"); min && number < min->to_number<double>()) return false;
    if (const auto* min = schema.if_contains("exclusiveMinimum"); min && number <= min->to_number<double>())
      return false;
    const auto* max = schema.if_contains("maximum");
    return max == nullptr || number <= max->to_number<double>();
  }
  static bool words(const json::object& schema, const json::value& value) {
    if (const auto* known = schema.if_contains("enum")) {
      const json::array& all = known->get_array();
      if (std::find(all.begin(), all.end(), value) == all.end()) return false;
    }
    const auto* pattern = schema.if_contains("pattern");
    if (pattern == nullptr || !value.is_string()) return true;
    return std::regex_search(std::string(value.get_string()), std::regex(std::string(pattern->get_string())));
  }
  static bool items(const json::object& schema, const json::value& value) {
    const auto* item = schema.if_contains("items");
    if (item == nullptr || !value.is_array()) return true;
    const json::array& all = value.get_array();
    return std::all_of(all.begin(), all.end(),
                       [&](const json::value& one) { return accepts(item->get_object(), one); });
  }
  static bool keys(const json::object& schema, const json::value& value) {
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr || !value.is_object()) return true;
    for (const auto& [key, inner] : value.get_object()) {
      const json::value* known = properties->get_object().if_contains(key);
      if (known == nullptr || !accepts(known->get_object(), inner)) return false;
    }
    const auto* required = schema.if_contains("required");
    if (required == nullptr) return true;
    const json::array& all = required->get_array();
    return std::all_of(all.begin(), all.end(),
                       [&](const json::value& key) { return value.get_object().contains(key.get_string()); });
  }
  static bool one_of(const json::object& schema, const json::value& value) {
    const auto* choices = schema.if_contains("oneOf");
    if (choices == nullptr) return true;
    const json::array& all = choices->get_array();
    return std::count_if(all.begin(), all.end(),
                         [&](const json::value& one) { return accepts(one.get_object(), value); }) == 1;
  }
};

json::object schema() { return json::parse(scenario_schema()).as_object(); }

// Every object schema inside refuses keys that it doesn't know, and every key says what it is.
void expect_closed(const json::object& described, const std::string& path) {
  if (const auto* properties = described.if_contains("properties")) {
    EXPECT_EQ(described.at("additionalProperties"), json::value(false)) << path;
    for (const auto& [key, inner] : properties->get_object())
      expect_closed(inner.get_object(), path + "/" + std::string(key));
  }
  if (const auto* item = described.if_contains("items")) expect_closed(item->get_object(), path + "/items");
  if (const auto* choices = described.if_contains("oneOf")) {
    for (const json::value& one : choices->get_array()) expect_closed(one.get_object(), path + "/oneOf");
  }
}

TEST(ScenarioSchema, ShippedIsTheOneOfThisProgram) {
  if (text_of("configs/scenario.schema.json") == scenario_schema()) return;
  const std::string fresh = testing::TempDir() + "scenario.schema.json";
  std::ofstream(fresh) << scenario_schema();
  FAIL() << "configs/scenario.schema.json is out of date; copy " << fresh << " over it";
}

TEST(ScenarioSchema, RefusesUnknownKeysEverywhere) { expect_closed(schema(), ""); }

TEST(ScenarioSchema, AcceptsEveryShippedFile) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("configs")) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const Result<ConfigNodePtr> tree = read_config(entry.path().string());
    ASSERT_TRUE(tree) << tree.error().message;
    EXPECT_TRUE(Validator::accepts(schema(), tree_json(**tree))) << entry.path();
  }
  EXPECT_GE(files, 17);
}

TEST(ScenarioSchema, AcceptsEveryDump) {
  for (const char* name : {"first_light", "alliance_peak", "government_affairs", "node_failure"}) {
    const Result<Scenario> scenario = load_scenario("configs/scenarios/" + std::string(name) + ".yaml");
    ASSERT_TRUE(scenario);
    EXPECT_TRUE(Validator::accepts(schema(), json::parse(dump_json(*scenario)))) << name;
  }
}

TEST(ScenarioSchema, RefusesWhatTheReaderRefuses) {
  const json::object whole = json::parse(dump_json(*load_scenario("configs/scenarios/small.yaml"))).as_object();
  ASSERT_TRUE(Validator::accepts(schema(), whole));
  const auto spoilt = [&](const std::string& from, const std::string& to) {
    const std::string text = with(json::serialize(whole), from, to);
    EXPECT_NE(text, "") << from;
    return json::parse(text);
  };
  EXPECT_FALSE(Validator::accepts(schema(), spoilt("\"settle\"", "\"setle\"")));
  EXPECT_FALSE(Validator::accepts(schema(), spoilt("\"fsync\"", "\"fsink\"")));
  EXPECT_FALSE(Validator::accepts(schema(), spoilt("\"fixed-rate\"", "\"fixed\"")));
  EXPECT_FALSE(Validator::accepts(schema(), spoilt("\"5s\"", "5")));
  EXPECT_FALSE(Validator::accepts(schema(), spoilt("\"version\":1,", "")));
  EXPECT_FALSE(Validator::accepts(schema(), spoilt("\"2 MiB\"", "\"2 MiX\"")));
}

}  // namespace
}  // namespace bsn
