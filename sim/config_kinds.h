// Kinds of values in configuration files. One description per kind serves reading, printing and the JSON Schema.
//
// A kind has a Value type and three functions: read() takes a node into a value or says at a Spot what is wrong and how
// to mend it, print() gives the JSON that read() takes back to an equal value, schema() describes that JSON.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "sim/config_tree.h"

namespace bsn {

// What was found wrong, one line each; at most 20 are kept, the rest is counted.
class Findings {
 public:
  static constexpr std::size_t most = 20;
  void add(std::string finding);
  bool empty() const { return lines_.empty(); }
  bool full() const { return lines_.size() >= most; }  // further ones are only counted: spare the work of wording them
  Error error() const;                                 // invalid_configuration; only when not empty

 private:
  std::vector<std::string> lines_;
  std::size_t left_out_ = 0;
};

// Where the reader is: a path such as "rounds[0].rate", and who wants to know what is wrong there.
struct Spot {
  Findings& findings;
  std::string path;  // empty: the file as a whole

  Spot key(std::string_view name) const;
  Spot item(std::size_t number) const;
  // "file:12:5: <path>: <what>"
  void complain(const ConfigPlace& place, std::string_view what) const;
  // "file:12:5: unknown key 'x' in <path>; did you mean 'y'?"
  void complain_of_key(const ConfigEntry& entry, const std::vector<std::string>& known) const;
};

struct TextKind {
  using Value = std::string;
  std::size_t max_bytes = 1024;
  void read(const ConfigNode& node, std::string& value, const Spot& spot) const;
  boost::json::value print(const std::string& value) const;
  boost::json::object schema() const;
};

// Whether NameKind takes it (but for "*").
bool is_name(std::string_view text);

// A name for machines: 1 ... 64 of a-z, A-Z, 0-9, '-', '_', '.'; or "*" where `star` is allowed.
struct NameKind {
  using Value = std::string;
  bool star = false;
  void read(const ConfigNode& node, std::string& value, const Spot& spot) const;
  boost::json::value print(const std::string& value) const;
  boost::json::object schema() const;
};

// "fabric/supply-chain"
struct ChainNameKind {
  using Value = ChainName;
  void read(const ConfigNode& node, ChainName& value, const Spot& spot) const;
  boost::json::value print(const ChainName& value) const;
  boost::json::object schema() const;
};

struct FlagKind {
  using Value = bool;
  void read(const ConfigNode& node, bool& value, const Spot& spot) const;
  boost::json::value print(bool value) const;
  boost::json::object schema() const;
};

// A whole number. Numbers without a sign only; a Value narrower than 64 bits needs a fitting `max`.
template <class Number>
struct WholeKind {
  using Value = Number;
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<Number>::max();
  void read(const ConfigNode& node, Number& value, const Spot& spot) const;
  boost::json::value print(Number value) const { return std::uint64_t{value}; }
  boost::json::object schema() const;
};

// A number that needs no unit, because it has none or the key names it (tps, km).
struct RealKind {
  using Value = double;
  double min = 0;
  double max = 1e9;
  bool above_min = false;  // min itself is refused
  void read(const ConfigNode& node, double& value, const Spot& spot) const;
  boost::json::value print(double value) const;
  boost::json::object schema() const;
};

// A part of a whole, 0 ... 1; "5 %" is read as 0.05.
struct ShareKind {
  using Value = double;
  void read(const ConfigNode& node, double& value, const Spot& spot) const;
  boost::json::value print(double value) const;
  boost::json::object schema() const;
};

// A time with its unit: "50 ms", "2 min".
struct DurationKind {
  using Value = Duration;
  Duration min = {};
  Duration max = seconds(24 * 3600);
  void read(const ConfigNode& node, Duration& value, const Spot& spot) const;
  boost::json::value print(Duration value) const;
  boost::json::object schema() const;
};

// Bytes with their unit: "2 MiB", "512 KiB", "100 B", "1 MB".
template <class Number>
struct SizeKind {
  using Value = Number;
  std::uint64_t min = 1;
  std::uint64_t max = std::uint64_t{1} << 31;
  void read(const ConfigNode& node, Number& value, const Spot& spot) const;
  boost::json::value print(Number value) const;
  boost::json::object schema() const;
};

// One word of a list; word n stands for the enumerator of value n + first.
struct Words {
  std::vector<std::string> words;
  const char* hint = "";  // added when an unknown word was read
  std::size_t read(const ConfigNode& node, const Spot& spot, std::size_t otherwise) const;
  boost::json::object schema() const;
};
template <class Enum>
struct ChoiceKind {
  using Value = Enum;
  Words words;
  std::size_t first = 0;
  void read(const ConfigNode& node, Enum& value, const Spot& spot) const {
    value = static_cast<Enum>(words.read(node, spot, static_cast<std::size_t>(value) - first) + first);
  }
  boost::json::value print(Enum value) const {
    return boost::json::value(words.words[static_cast<std::size_t>(value) - first]);
  }
  boost::json::object schema() const { return words.schema(); }
};

}  // namespace bsn
