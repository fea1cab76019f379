#include "node/state_overlay.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "node/state_history.h"

namespace bsn {
namespace {

constexpr std::size_t usual_keys = 16;  // that a transaction touches at most, but for a few

void write(StateTree& tree, const Digest& path, std::string_view key, const std::optional<std::string>& value) {
  if (value) {
    tree.set(path, key, *value);
  } else {
    tree.erase(path);
  }
}

}  // namespace

std::optional<std::string_view> StateOverlay::get(std::string_view key) {
  const Entry& one = entry(key);
  return one.written ? one.now : one.before;
}

void StateOverlay::set(std::string_view key, std::string value) {
  Entry& one = entry(key);
  one.now = std::move(value);
  one.written = true;
}

void StateOverlay::erase(std::string_view key) {
  Entry& one = entry(key);
  one.now.reset();
  one.written = true;
}

void StateOverlay::commit(StateTree& tree, std::vector<StateUndo>& undo) {
  BSN_CHECK(history_ == nullptr, "the past can't be written");
  for (Entry& one : entries_) {
    if (!one.written || one.now == one.before) continue;
    write(tree, one.path, one.key, one.now);
    undo.push_back({std::move(one.key), one.path, std::move(one.before)});
  }
}

StateOverlay::Entry& StateOverlay::entry(std::string_view key) {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& one) { return one.key == key; });
  if (known != entries_.end()) return *known;
  if (entries_.empty()) entries_.reserve(usual_keys);
  Entry& fresh = entries_.emplace_back(Entry{std::string(key), StateTree::path_of(key), std::nullopt, std::nullopt});
  const auto value = history_ == nullptr ? tree_.get(fresh.path) : history_->get(tree_, fresh.path);
  if (value) fresh.before.emplace(*value);
  return fresh;
}

void undo_writes(StateTree& tree, const std::vector<StateUndo>& undo) {
  for (auto one = undo.rbegin(); one != undo.rend(); ++one) write(tree, one->path, one->key, one->before);
}

}  // namespace bsn
