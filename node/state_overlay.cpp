#include "node/state_overlay.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/check.h"
#include "node/state_history.h"

namespace bsn {
namespace {

constexpr std::size_t first_slots = 32;
constexpr std::size_t warmed_ahead = 64;  // writes, so that what lies on their ways stays in the caches till then

std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

void write(StateTree& tree, const Digest& path, std::string_view key, const std::optional<std::string>& value) {
  if (value) {
    tree.set(path, key, *value);
  } else {
    tree.erase(path);
  }
}

}  // namespace

void StateOverlay::load(std::span<const std::string> keys) {
  std::vector<Digest> paths;
  paths.reserve(keys.size());
  for (const std::string& key : keys) paths.push_back(StateTree::path_of(key));
  tree_.warm(paths);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t hash = hash_of(keys[i]);
    std::uint32_t& slot = slot_for(keys[i], hash);
    if (slot == 0) new_entry(keys[i], hash, paths[i], slot);
  }
}

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
  std::vector<Entry*> changed;
  for (Entry& one : entries_) {
    if (one.written && one.now != one.before) changed.push_back(&one);
  }
  std::sort(changed.begin(), changed.end(), [](const Entry* a, const Entry* b) { return a->path < b->path; });
  undo.reserve(undo.size() + changed.size());
  std::vector<Digest> paths;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    if (i % warmed_ahead == 0) {
      paths.clear();
      for (std::size_t at = i; at < std::min(changed.size(), i + warmed_ahead); ++at)
        paths.push_back(changed[at]->path);
      tree.warm(paths);
    }
    Entry& one = *changed[i];
    bsn::write(tree, one.path, one.key, one.now);
    undo.push_back({std::move(one.key), one.path, std::move(one.before)});
  }
}

StateOverlay::Entry& StateOverlay::entry(std::string_view key) {
  const std::size_t hash = hash_of(key);
  std::uint32_t& slot = slot_for(key, hash);
  return slot != 0 ? entries_[slot - 1] : new_entry(key, hash, StateTree::path_of(key), slot);
}

// Where the number of the key's entry stands, or is to stand.
std::uint32_t& StateOverlay::slot_for(std::string_view key, std::size_t hash) {
  if (2 * entries_.size() >= slots_.size()) grow_slots();
  return slots_[slot_of(key, hash)];
}

StateOverlay::Entry& StateOverlay::new_entry(std::string_view key, std::size_t hash, const Digest& path,
                                             std::uint32_t& slot) {
  Entry& fresh = entries_.emplace_back(Entry{std::string(key), hash, path, {}, {}});
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
