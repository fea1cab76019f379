// A block's view of the state while its transactions run: reads through to the tree, keeps what they write to itself
// until commit().
//
// A transaction is all or nothing: what a refused one wrote is taken back. Each key is hashed, looked for in the tree
// and written to it once per block, however many transactions touch it. Writes reach the tree in the order of their
// paths, so that what stands side by side there is written, and lies, together.
// Memory: one entry per key touched, which the contracts bound (per transaction asset: 2, kv: 1, xchain: about 12).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
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

// The block whose transactions run, or the last one for a read.
struct BlockContext {
  Height height = 0;
  Instant time{};
};

class StateHistory;

class StateOverlay {
 public:
  explicit StateOverlay(const StateTree& tree, BlockContext block = {}) : tree_(tree), block_(block) {}

  // Reads the state as it was before the blocks in `history`. For reading only: nothing can be committed.
  StateOverlay(const StateTree& tree, const StateHistory& history, BlockContext block)
      : tree_(tree), history_(&history), block_(block) {}

  const BlockContext& block() const { return block_; }

  // Reads many keys together, which waits less for memory than one after the other: for a transaction that is about to
  // touch all of these. Changes nothing.
  void load(std::span<const std::string> keys);

  // What the transaction that runs now sees. Valid until the next call.
  std::optional<std::string_view> get(std::string_view key);
  void set(std::string_view key, std::string value);
  void erase(std::string_view key);

  // Whether the transactions wrote anything.
  bool writes() const;

  // Writes to `tree`, the one this overlay reads or a copy of it, and appends what undoes it. The last that is done
  // with it.
  void commit(StateTree& tree, std::vector<StateUndo>& undo);

  // How much was written since keep(), to come back to when what follows refuses.
  using Mark = std::size_t;
  Mark mark() const { return journal_.size(); }
  void back_to(Mark mark);
  // What was written so far stays, and every mark before is void: a transaction is done.
  void keep() { journal_.clear(); }

 private:
  using Value = std::optional<std::string>;
  struct Entry {
    std::string key;
    std::size_t hash = 0;  // of the key
    Digest path;
    Value before;
    Value now;  // once it is written
    bool written = false;
  };
  struct Write {  // what it replaced
    std::size_t entry = 0;
    Value before;
    bool written = false;
  };

  Entry& entry(std::string_view key);
  Entry& new_entry(std::string_view key, std::size_t hash, const Digest& path, std::uint32_t& slot);
  std::uint32_t& slot_for(std::string_view key, std::size_t hash);
  void write(std::string_view key, Value value);
  std::size_t slot_of(std::string_view key, std::size_t hash) const;
  void grow_slots();

  const StateTree& tree_;
  const StateHistory* history_ = nullptr;
  BlockContext block_;
  std::vector<Entry> entries_;        // in the order in which they were touched
  std::vector<std::uint32_t> slots_;  // by hash: an entry's number + 1; 0: free. At most half full
  std::vector<Write> journal_;        // since keep()
};

void undo_writes(StateTree& tree, const std::vector<StateUndo>& undo);

}  // namespace bsn
