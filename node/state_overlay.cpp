#include "node/state_overlay.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "node/state_history.h"

namespace bsn {
namespace {

void write(StateTree& tree, const Digest& path, std::string_view key, const std::optional<std::string>& value) {
  if (value) {
    tree.set(path, key, *value);
  } else {
    tree.erase(path);
  }
}

}  // namespace

std::optional<std::string_view> StateOverlay::get(std::string_view key) { return entry(key).now; }

void StateOverlay::set(std::string_view key, std::string value) { entry(key).now = std::move(value); }

void StateOverlay::erase(std::string_view key) { entry(key).now.reset(); }

void StateOverlay::commit(StateTree& tree, std::vector<StateUndo>& undo) const {
  BSN_CHECK(history_ == nullptr, "the past can't be written");
  for (const Entry& one : entries_) {
    if (one.now == one.before) continue;
    undo.push_back({one.key, one.path, one.before});
    write(tree, one.path, one.key, one.now);
  }
}

StateOverlay::Entry& StateOverlay::entry(std::string_view key) {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& one) { return one.key == key; });
  if (known != entries_.end()) return *known;
  Entry fresh{std::string(key), StateTree::path_of(key), std::nullopt, std::nullopt};
  const auto value = history_ == nullptr ? tree_.get(fresh.path) : history_->get(tree_, fresh.path);
  if (value) fresh.before = fresh.now = std::string(*value);
  return entries_.emplace_back(std::move(fresh));
}

void undo_writes(StateTree& tree, const std::vector<StateUndo>& undo) {
  for (auto one = undo.rbegin(); one != undo.rend(); ++one) write(tree, one->path, one->key, one->before);
}

}  // namespace bsn
