// A configuration file as a tree of values that know where they stand. YAML, of which JSON is a part.
//
// Refused while reading, so that nothing behind this door need worry: files over 4 MiB, anything but UTF-8 text, a key
// twice in one map, keys that are not plain words, nesting deeper than 100, and aliases that would expand to more than
// 1,000,000 nodes (an alias shares its node, so it costs no memory).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace bsn {

struct ConfigLimits {
  static constexpr std::uint64_t file_bytes = 4 * 1024 * 1024;
  static constexpr std::uint64_t nodes = 1'000'000;  // of a tree with its aliases expanded
  static constexpr std::size_t nesting = 100;
  static constexpr std::size_t include_depth = 8;
  static constexpr std::size_t included_files = 100;
};

// "configs/scenarios/x.yaml:12:5"; line and column count from 1, line 0 means the file as a whole.
struct ConfigPlace {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;
};
std::string to_string(const ConfigPlace& place);

struct ConfigNode;
using ConfigNodePtr = std::shared_ptr<const ConfigNode>;

struct ConfigEntry {
  std::string key;
  ConfigPlace place;  // of the key
  ConfigNodePtr value;
};

struct ConfigNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  ConfigPlace place;
  std::string scalar;
  std::vector<ConfigNodePtr> items;  // list
  std::vector<ConfigEntry> entries;  // map: distinct keys in the order of the file
  std::uint64_t size = 1;            // nodes of this subtree, aliases expanded

  const ConfigEntry* find(std::string_view key) const;  // nullptr: not there
};

// Parses the text of one file. `file` is only named in errors.
Result<ConfigNodePtr> parse_config(const std::string& text, const std::string& file);

// Reads and parses one regular file.
Result<ConfigNodePtr> read_config(const std::string& path);

// Reads a file and what it includes (`include:` a path or a list of paths, relative to the including file) as one map.
// The lists cities, networks, chains and projects are joined, included files first; every other key may stand in one
// file only. Each file says `version: 1`; the result keeps the outermost one and no `include`.
Result<ConfigNodePtr> read_config_with_includes(const std::string& path);

// The deepest node on the way along "chains[2].validators[0]"; the root when nothing of it is there.
const ConfigNode& locate(const ConfigNode& root, std::string_view path);

}  // namespace bsn
