#include "node/state_overlay.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/check.h"
#include "node/state_history.h"

namespace bsn {
namespace {

constexpr std::size_t first_slots = 32;

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

void StateOverlay::set(std::string_view key, std::string value) { write(key, std::move(value)); }

void StateOverlay::erase(std::string_view key) { write(key, std::nullopt); }

void StateOverlay::write(std::string_view key, Value value) {
  Entry& one = entry(key);
  const auto number = static_cast<std::size_t>(&one - entries_.data());
  journal_.push_back({number, std::exchange(one.now, std::move(value)), std::exchange(one.written, true)});
}

void StateOverlay::back_to(Mark mark) {
  for (; journal_.size() > mark; journal_.pop_back()) {
    Write& last = journal_.back();
    entries_[last.entry].now = std::move(last.before);
    entries_[last.entry].written = last.written;
  }
}

bool StateOverlay::writes() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& one) { return one.written; });
}

void StateOverlay::commit(StateTree& tree, std::vector<StateUndo>& undo) {
  BSN_CHECK(history_ == nullptr, "the past can't be written");
  for (Entry& one : entries_) {
    if (!one.written || one.now == one.before) continue;
    bsn::write(tree, one.path, one.key, one.now);
    undo.push_back({std::move(one.key), one.path, std::move(one.before)});
  }
}

StateOverlay::Entry& StateOverlay::entry(std::string_view key) {
  if (2 * entries_.size() >= slots_.size()) grow_slots();
  const std::size_t hash = std::hash<std::string_view>{}(key);
  std::uint32_t& slot = slots_[slot_of(key, hash)];
  if (slot != 0) return entries_[slot - 1];
  Entry& fresh = entries_.emplace_back(Entry{std::string(key), hash, StateTree::path_of(key), {}, {}});
  slot = static_cast<std::uint32_t>(entries_.size());
  const auto value = history_ == nullptr ? tree_.get(fresh.path) : history_->get(tree_, fresh.path);
  if (value) fresh.before.emplace(*value);
  return fresh;
}

// Where the key is, or the free slot where it belongs.
std::size_t StateOverlay::slot_of(std::string_view key, std::size_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const Entry& one = entries_[slots_[at] - 1];
    if (one.hash == hash && one.key == key) break;
  }
  return at;
}

void StateOverlay::grow_slots() {
  slots_.assign(std::max(first_slots, 2 * slots_.size()), 0);
  entries_.reserve(slots_.size() / 2);
  std::uint32_t number = 0;
  for (const Entry& one : entries_) slots_[slot_of(one.key, one.hash)] = ++number;
}

void undo_writes(StateTree& tree, const std::vector<StateUndo>& undo) {
  for (auto one = undo.rbegin(); one != undo.rend(); ++one) write(tree, one->path, one->key, one->before);
}

}  // namespace bsn
