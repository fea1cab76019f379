// One transaction's view of the state: reads through to the tree, keeps its writes to itself until commit().
//
// That makes a transaction all or nothing: a refused one is simply dropped. Each key is hashed once per transaction.
// Memory: one entry per key touched, which the contracts bound (asset: 2, kv: 1, xchain: about 12).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "node/state_tree.h"

namespace bsn {

// What a key held before a write; nullopt: nothing. Written back in reverse order it undoes.
struct StateUndo {
  std::string key;
  Digest path;
  std::optional<std::string> before;
};

// The block in which a transaction runs, or the last one for a read.
struct BlockContext {
  Height height = 0;
  Instant time{};
};

class StateHistory;

class StateOverlay {
 private:
  struct Entry {
    std::string key;
    Digest path;
    std::optional<std::string> before;
    std::optional<std::string> now;  // once it is written
    bool written = false;
  };

 public:
  explicit StateOverlay(const StateTree& tree, BlockContext block = {}) : tree_(tree), block_(block) {}

  // Reads the state as it was before the blocks in `history`. For reading only: nothing can be committed.
  StateOverlay(const StateTree& tree, const StateHistory& history, BlockContext block)
      : tree_(tree), history_(&history), block_(block) {}

  const BlockContext& block() const { return block_; }

  // What this transaction sees. Valid until the next call.
  std::optional<std::string_view> get(std::string_view key);
  void set(std::string_view key, std::string value);
  void erase(std::string_view key);

  // Writes to `tree`, the one this overlay reads, and appends what undoes it. The last that is done with it.
  void commit(StateTree& tree, std::vector<StateUndo>& undo);

  // What was written so far, to come back to when a part of the transaction refuses.
  using Writes = std::vector<Entry>;
  Writes writes() const { return entries_; }
  void back_to(Writes writes) { entries_ = std::move(writes); }

 private:
  Entry& entry(std::string_view key);

  const StateTree& tree_;
  const StateHistory* history_ = nullptr;
  BlockContext block_;
  std::vector<Entry> entries_;
};

void undo_writes(StateTree& tree, const std::vector<StateUndo>& undo);

}  // namespace bsn
