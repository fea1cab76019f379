// What must hold of the proofs of any state tree.
#include "core/state_proof.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/node/state_trees.h"

namespace bsn {
namespace {

std::string with_a_flipped_bit(std::string bytes) {
  const auto bit = *rc::gen::inRange<std::size_t>(0, 8 * bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

RC_GTEST_PROP(AnyTree, ProvesWhatItHoldsAndNothingElse, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 60);
  StateTree tree = tree_of(size);
  const Digest root = tree.root();
  const auto asked = *rc::gen::inRange<std::size_t>(0, 120);
  const std::string key = key_at(asked), value = std::to_string(asked);
  const std::string proof = tree.prove(StateTree::path_of(key));
  RC_ASSERT(proves_value(root, key, value, proof) == (asked < size));
  RC_ASSERT(proves_absence(root, key, proof) == (asked >= size));
  RC_ASSERT(!proves_value(root, key, value + "x", proof));
  const std::string wrong = with_a_flipped_bit(proof);
  RC_ASSERT(!proves_value(root, key, value, wrong) && !proves_absence(root, key, wrong));
}

// One proof of many keys says of each of them what a proof of that key alone says, and is the only one that does.
RC_GTEST_PROP(AnyTree, ProvesManyAtOnceAsItDoesEachAlone, ()) {
  StateTree tree = tree_of(*rc::gen::inRange<std::size_t>(0, 200));
  const Digest root = tree.root();
  const auto asked =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 250)));
  std::vector<Digest> paths;
  for (const std::size_t i : asked) paths.push_back(StateTree::path_of(key_at(i)));
  const std::string proof = tree.prove(paths);
  const auto held = proved_values(root, paths, proof);
  RC_ASSERT(held.has_value());
  std::size_t alone = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::string single = tree.prove(paths[i]);
    alone += single.size();
    RC_ASSERT((*held)[i] == proved_values(root, {&paths[i], 1}, single)->front());
    RC_ASSERT(proves_value(root, key_at(asked[i]), std::to_string(asked[i]), single) == (*held)[i].has_value());
  }
  RC_ASSERT(proof.size() <= alone + 34 * asked.size());
  // In any order, and repeated, they are the same keys.
  std::vector<Digest> others(paths.rbegin(), paths.rend());
  others.push_back(paths.front());
  RC_ASSERT(tree.prove(others) == proof);
  RC_ASSERT(!proved_values(root, paths, with_a_flipped_bit(proof)));
  RC_ASSERT(!proved_values(root, paths, proof + '\0'));
  RC_ASSERT(!proved_values(root, paths, proof.substr(0, proof.size() - 1)));
}

// What proves a set of keys proves no other set: neither one fewer nor one more, unless that is on no new way.
RC_GTEST_PROP(AnyTree, ProvesOneSetOfKeysOnly, ()) {
  StateTree tree = tree_of(200);
  const auto count = *rc::gen::inRange<std::size_t>(2, 60);
  std::vector<Digest> paths;
  for (std::size_t i = 0; i < count; ++i) paths.push_back(StateTree::path_of(key_at(i)));
  const std::string proof = tree.prove(paths);
  const auto without = *rc::gen::inRange<std::size_t>(0, count);
  std::vector<Digest> fewer = paths;
  fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(without));
  RC_ASSERT(!proved_values(tree.root(), fewer, proof));
  RC_ASSERT(!proved_values(tree.root(), paths, tree.prove(fewer)));
}

}  // namespace
}  // namespace bsn
