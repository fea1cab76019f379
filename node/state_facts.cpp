#include "node/state_facts.h"

namespace bsn {
namespace {

Facts look_up_list(const std::vector<std::string>& keys, const StateTree& state) {
  std::vector<Digest> paths;
  paths.reserve(keys.size());
  Facts facts;
  facts.values.reserve(keys.size());
  for (const std::string& key : keys) paths.push_back(StateTree::path_of(key));
  state.warm(paths);
  for (const Digest& path : paths) {
    const auto value = state.get(path);
    facts.values.push_back(value ? std::optional(std::string(*value)) : std::nullopt);
  }
  facts.proof = state.prove(paths);
  return facts;
}

}  // namespace

std::vector<Facts> look_up(const KeyLists& lists, const StateTree& state) {
  std::vector<Facts> facts;
  facts.reserve(lists.size());
  for (const auto& keys : lists) facts.push_back(look_up_list(keys, state));
  return facts;
}

}  // namespace bsn
