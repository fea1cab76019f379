// State trees for tests: under key_at(i) each holds the number i. Every other key is numbered, so some stand side by
// side.
#pragma once

#include <cstddef>
#include <string>

#include "node/state_tree.h"

namespace bsn {

inline std::string key_at(std::size_t i) { return i % 2 == 0 ? "key" + std::to_string(i) : numbered_key("key", i); }

// Of so many keys; it has its root.
inline StateTree tree_of(std::size_t size) {
  StateTree tree;
  for (std::size_t i = 0; i < size; ++i) tree.set(StateTree::path_of(key_at(i)), key_at(i), std::to_string(i));
  tree.root();
  return tree;
}

}  // namespace bsn
