// What keys of a state tree held before the last few blocks: the writes of the blocks that may still be undone.
//
// Every write of such a block leaves what its key held before it. So the state at the last final block can be read
// while the tree is ahead of it: a key holds there what it held before the first of these writes, or what the tree
// says.
//
// Costs: O(1) a write and a read. Memory: about 120 bytes and the old value per write. Not for more than one thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/digest_map.h"
#include "node/state_overlay.h"

namespace bsn {

class StateHistory {
 public:
  // A block has written; `undo` is what undoes it.
  void add(const std::vector<StateUndo>& undo);
  // The last block that was added is undone.
  void drop_last(const std::vector<StateUndo>& undo);
  // The first block that was added is final.
  void drop_first(const std::vector<StateUndo>& undo);

  // What the key held before the first of these blocks. Valid until the next change of either.
  std::optional<std::string_view> get(const StateTree& tree, const Digest& path) const;

 private:
  using Values = std::deque<std::optional<std::string>>;  // oldest first

  DigestMap<Values> before_;  // by path; never an empty one
};

}  // namespace bsn
