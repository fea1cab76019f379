// Configuration files on disk, and what they include.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "sim/config_tree.h"

namespace bsn {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> joined_lists = {"cities", "world", "zones", "networks", "chains", "projects"};

Error wrong(const std::string& where, const std::string& what) {
  return {ErrorCode::invalid_configuration, where + ": " + what};
}

fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return error ? path : found;
}

// Gathers a file and all that it includes into one map.
class Joiner {
 public:
  Result<ConfigNodePtr> run(const std::string& path) {
    if (std::optional<Error> error = take(path, 0)) return *error;
    joined_->kind = ConfigNode::Kind::map;
    return ConfigNodePtr(joined_);
  }

 private:
  std::optional<Error> take(const std::string& path, std::size_t depth) {
    const Result<ConfigNodePtr> root = read_config(path);
    if (!root) return root.error();
    if ((*root)->kind != ConfigNode::Kind::map) {
      return wrong(to_string((*root)->place), "the file must be a map of keys, such as `version: 1`");
    }
    if (auto error = version(**root)) return error;
    if (depth == 0) joined_->place = {(*root)->place.file, 0, 0};
    way_.push_back(real_path(path));
    if (auto error = includes(**root, path, depth)) return error;
    way_.pop_back();
    for (const ConfigEntry& entry : (*root)->entries) {
      if (entry.key == "include" || (entry.key == "version" && depth > 0)) continue;
      if (auto error = merge(entry)) return error;
    }
    return std::nullopt;
  }

  static std::optional<Error> version(const ConfigNode& root) {
    const ConfigEntry* version = root.find("version");
    if (version == nullptr) return wrong(to_string(root.place), "says no version; begin the file with `version: 1`");
    if (version->value->scalar == "1") return std::nullopt;
    return wrong(to_string(version->place), "this program reads version 1; write `version: 1`");
  }

  std::optional<Error> includes(const ConfigNode& root, const std::string& path, std::size_t depth) {
    const ConfigEntry* include = root.find("include");
    if (include == nullptr) return std::nullopt;
    if (include->value->kind == ConfigNode::Kind::scalar) return take_included(*include->value, path, depth);
    if (include->value->kind != ConfigNode::Kind::list) {
      return wrong(to_string(include->place), "include takes a path or a list of paths");
    }
    for (const ConfigNodePtr& item : include->value->items) {
      if (item->kind != ConfigNode::Kind::scalar) return wrong(to_string(item->place), "an include is a path");
      if (auto error = take_included(*item, path, depth)) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> take_included(const ConfigNode& item, const std::string& from, std::size_t depth) {
    const std::string here = to_string(item.place);
    const fs::path path = (fs::path(from).parent_path() / item.scalar).lexically_normal();
    if (depth + 1 > ConfigLimits::include_depth) {
      return wrong(here, fmt::format("includes go deeper than {}; flatten them", ConfigLimits::include_depth));
    }
    if (++files_ > ConfigLimits::included_files) {
      return wrong(here, fmt::format("more than {} files are included", ConfigLimits::included_files));
    }
    if (std::count(way_.begin(), way_.end(), real_path(path)) > 0) {
      return wrong(here, fmt::format("'{}' includes itself; break the circle", item.scalar));
    }
    std::optional<Error> error = take(path.string(), depth + 1);
    // What is wrong with a file as a whole is better known with the place that wants it.
    if (error && error->message.rfind(path.string() + ": ", 0) == 0)
      error->message = here + ": includes " + error->message;
    return error;
  }

  std::optional<Error> merge(const ConfigEntry& entry) {
    joined_->size += entry.value->size;
    if (joined_->size > ConfigLimits::nodes) {
      return wrong(to_string(entry.place), fmt::format("the files hold more than {} values", ConfigLimits::nodes));
    }
    const auto [position, fresh] = positions_.emplace(entry.key, joined_->entries.size());
    if (fresh) {
      joined_->entries.push_back(entry);
      return std::nullopt;
    }
    ConfigEntry* const known = &joined_->entries[position->second];
    const bool both_lists = known->value->kind == ConfigNode::Kind::list && entry.value->kind == ConfigNode::Kind::list;
    const bool may_join = std::count(joined_lists.begin(), joined_lists.end(), entry.key) > 0;
    if (!may_join || !both_lists) {
      return wrong(to_string(entry.place),
                   fmt::format("'{}' stands already in {}; keep one of them", entry.key, to_string(known->place)));
    }
    auto both = std::make_shared<ConfigNode>(*known->value);
    both->items.insert(both->items.end(), entry.value->items.begin(), entry.value->items.end());
    known->value = std::move(both);
    return std::nullopt;
  }

  std::shared_ptr<ConfigNode> joined_ = std::make_shared<ConfigNode>();
  std::map<std::string, std::size_t> positions_;  // of each key in joined_->entries
  std::vector<fs::path> way_;                     // the files that are including one another just now
  std::size_t files_ = 0;
};

}  // namespace

Result<ConfigNodePtr> read_config(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return wrong(path, "there is no such file");
  if (status.type() == fs::file_type::directory) return wrong(path, "is a directory; name a file in it");
  if (status.type() != fs::file_type::regular) return wrong(path, "is not a regular file that can be read");
  if (fs::file_size(path, error) > ConfigLimits::file_bytes)
    return wrong(path, "is over 4 MiB; split it up by include");
  std::ifstream stream(path, std::ios::binary);
  std::string text(fs::file_size(path, error) + 1, '\0');
  if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream) return wrong(path, "grew while it was read; try again");
  if (!stream.eof()) return wrong(path, "can't be read; check its permissions");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_config(text, path);
}

Result<ConfigNodePtr> read_config_with_includes(const std::string& path) { return Joiner().run(path); }

}  // namespace bsn
