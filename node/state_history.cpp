#include "node/state_history.h"

namespace bsn {

void StateHistory::add(const std::vector<StateUndo>& undo) {
  for (const StateUndo& write : undo) before_.try_emplace(write.path, {}).first->push_back(write.before);
}

void StateHistory::drop_last(const std::vector<StateUndo>& undo) {
  for (const StateUndo& write : undo) {
    Values& values = before_.at(write.path);
    values.pop_back();
    if (values.empty()) before_.erase(write.path);
  }
}

void StateHistory::drop_first(const std::vector<StateUndo>& undo) {
  for (const StateUndo& write : undo) {
    Values& values = before_.at(write.path);
    values.pop_front();
    if (values.empty()) before_.erase(write.path);
  }
}

std::optional<std::string_view> StateHistory::get(const StateTree& tree, const Digest& path) const {
  const Values* values = before_.find(path);
  if (values == nullptr) return tree.get(path);
  const auto& first = values->front();
  return first ? std::optional<std::string_view>(*first) : std::nullopt;
}

}  // namespace bsn
