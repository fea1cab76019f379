#include "node/state_overlay.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/node/state_trees.h"

namespace bsn {
namespace {

// In a tree that is large enough for that to fetch anything.
TEST(StateOverlay, LoadingKeysChangesNothing) {
  StateTree tree = tree_of(5000);
  const Digest before = tree.root();
  StateOverlay state(tree);
  state.set(key_at(7), "new");
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < 200; ++i) keys.push_back(key_at(31 * i));
  keys.push_back(key_at(7));
  keys.push_back(keys.front());
  state.load(keys);
  EXPECT_EQ(state.get(key_at(7)), "new");
  for (std::size_t i = 0; i < 200; ++i) {
    const bool there = 31 * i < 5000;
    EXPECT_EQ(state.get(key_at(31 * i)), there ? std::optional<std::string>(std::to_string(31 * i)) : std::nullopt);
  }
  state.erase(key_at(7));
  state.set(key_at(7), "7");
  std::vector<StateUndo> undo;
  state.commit(tree, undo);
  EXPECT_TRUE(undo.empty()) << "what is as it was is not written";
  EXPECT_EQ(tree.root(), before);
}

// Whatever transactions write, refused ones among them, and in whatever order, the tree is then as if those that were
// not refused had written to it, and as before once that is undone.
RC_GTEST_PROP(StateOverlay, CommitsWhatWasKeptAndUndoesIt, ()) {
  StateTree tree = tree_of(60), straight = tree_of(60);
  const Digest before = tree.root();
  StateOverlay state(tree);
  const auto transactions = *rc::gen::inRange(0, 12);
  for (int i = 0; i < transactions; ++i) {
    const bool refused = *rc::gen::arbitrary<bool>();
    const StateOverlay::Mark mark = state.mark();
    for (const std::size_t at : *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 90))) {
      const std::string key = key_at(at), value = std::to_string(*rc::gen::inRange(0, 3));
      const bool erases = *rc::gen::arbitrary<bool>();
      if (erases) {
        state.erase(key);
      } else {
        state.set(key, value);
      }
      if (refused) continue;
      if (erases) {
        straight.erase(StateTree::path_of(key));
      } else {
        straight.set(StateTree::path_of(key), key, value);
      }
    }
    if (refused) state.back_to(mark);
    state.keep();
  }
  std::vector<StateUndo> undo;
  state.commit(tree, undo);
  RC_ASSERT(tree.root() == straight.root());
  undo_writes(tree, undo);
  RC_ASSERT(tree.root() == before);
}

}  // namespace
}  // namespace bsn
