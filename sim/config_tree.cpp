#include "sim/config_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

namespace bsn {
namespace {

// What stops the building of a tree: thrown through yaml-cpp, which knows no other way to stop, and caught below.
struct Refused {
  Error error;
};

// Builds the tree from yaml-cpp's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(std::make_shared<const std::string>(file)) {}

  ConfigNodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(make(Kind::null, mark), anchor); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(place(mark), "an alias stands inside what it names; remove it");
    add_value(found->second, place(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& value) override {
    auto node = make(Kind::scalar, mark);
    node->scalar = value;
    add(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(Kind::list, mark), anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(Kind::map, mark), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  using Kind = ConfigNode::Kind;

  struct Open {
    std::shared_ptr<ConfigNode> node;
    YAML::anchor_t anchor = 0;
    std::optional<ConfigEntry> key{};        // of a map: read, its value still to come
    std::map<std::string, int> key_lines{};  // of a map: where each key stands
  };

  [[noreturn]] static void refuse(const ConfigPlace& where, const std::string& what) {
    throw Refused{{ErrorCode::invalid_configuration, to_string(where) + ": " + what}};
  }

  ConfigPlace place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  std::shared_ptr<ConfigNode> make(Kind kind, const YAML::Mark& mark) const {
    auto node = std::make_shared<ConfigNode>();
    node->kind = kind;
    node->place = place(mark);
    return node;
  }

  void open(std::shared_ptr<ConfigNode> node, YAML::anchor_t anchor) {
    if (open_.size() >= ConfigLimits::nesting) {
      refuse(node->place, fmt::format("nested deeper than {}; flatten it", ConfigLimits::nesting));
    }
    if (is_key()) refuse(node->place, "a key must be a plain word");
    open_.push_back({.node = std::move(node), .anchor = anchor});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  void add(std::shared_ptr<ConfigNode> node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    const ConfigPlace where = node->place;
    add_value(std::move(node), where);
  }

  bool is_key() const { return !open_.empty() && open_.back().node->kind == Kind::map && !open_.back().key; }

  void add_value(ConfigNodePtr node, const ConfigPlace& where) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    if (is_key()) return add_key(*node, where);
    Open& parent = open_.back();
    parent.node->size += node->size;
    if (parent.node->size > ConfigLimits::nodes) {
      refuse(where, fmt::format("holds more than {} values with its aliases expanded; use fewer", ConfigLimits::nodes));
    }
    if (parent.node->kind == Kind::list) {
      parent.node->items.push_back(std::move(node));
    } else {
      parent.key->value = std::move(node);
      parent.node->entries.push_back(std::move(*parent.key));
      parent.key.reset();
    }
  }

  void add_key(const ConfigNode& node, const ConfigPlace& where) {
    if (node.kind != Kind::scalar) refuse(where, "a key must be a plain word");
    Open& parent = open_.back();
    const auto [first, fresh] = parent.key_lines.emplace(node.scalar, where.line);
    if (!fresh) {
      refuse(where, fmt::format("key '{}' stands twice in one map (first in line {}); remove one", node.scalar,
                                first->second));
    }
    parent.key = ConfigEntry{node.scalar, where, nullptr};
  }

  std::shared_ptr<const std::string> file_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, ConfigNodePtr> anchors_;
  ConfigNodePtr root_;
};

Error wrong_file(const std::string& path, const std::string& what) {
  return {ErrorCode::invalid_configuration, path + ": " + what};
}

// How many bytes the UTF-8 sequence at the front of `text` has; 0: none begins here. Overlong forms are let through:
// they do no harm in names that are only compared.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead == 0) return 0;
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC0 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF8 ? 4
                                           : 0;
  if (length > text.size()) return 0;
  for (std::size_t n = 1; n < length; ++n) {
    if ((static_cast<unsigned char>(text[n]) & 0xC0) != 0x80) return 0;
  }
  return length;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

const ConfigNode* child(const ConfigNode& node, std::string_view step) {
  if (step.empty() || step.front() != '[') {
    const ConfigEntry* entry = node.find(step);
    return entry == nullptr ? nullptr : entry->value.get();
  }
  std::size_t number = 0;
  std::from_chars(step.data() + 1, step.data() + step.size(), number);
  return node.kind == ConfigNode::Kind::list && number < node.items.size() ? node.items[number].get() : nullptr;
}

}  // namespace

std::string to_string(const ConfigPlace& place) {
  if (place.line == 0) return *place.file;
  return fmt::format("{}:{}:{}", *place.file, place.line, place.column);
}

const ConfigEntry* ConfigNode::find(std::string_view key) const {
  for (const ConfigEntry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Result<ConfigNodePtr> parse_config(const std::string& text, const std::string& file) {
  if (text.size() > ConfigLimits::file_bytes) return wrong_file(file, "is over 4 MiB; split it up by include");
  if (!is_text(text)) return wrong_file(file, "is not UTF-8 text; is it a scenario or topology file?");
  TreeBuilder builder(file);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || builder.root() == nullptr) return wrong_file(file, "is empty");
    TreeBuilder rest(file);
    if (parser.HandleNextDocument(rest)) {
      return wrong_file(file, "holds more than one YAML document; keep the first and remove what follows '---'");
    }
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const YAML::Exception& wrong) {
    return wrong_file(fmt::format("{}:{}:{}", file, wrong.mark.line + 1, wrong.mark.column + 1),
                      fmt::format("is not valid YAML: {}", wrong.msg));
  }
  return builder.root();
}

const ConfigNode& locate(const ConfigNode& root, std::string_view path) {
  const ConfigNode* here = &root;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of(".[", 1), path.size());
    const ConfigNode* next =
        child(*here, path.substr(path.front() == '.' ? 1 : 0, end - (path.front() == '.' ? 1 : 0)));
    if (next == nullptr) break;
    here = next;
    path.remove_prefix(end);
  }
  return *here;
}

}  // namespace bsn
