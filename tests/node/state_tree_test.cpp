#include "node/state_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

namespace bsn {
namespace {

void set(StateTree& tree, const std::string& key, const std::string& value) {
  tree.set(StateTree::path_of(key), key, value);
}

std::optional<std::string_view> get(const StateTree& tree, const std::string& key) {
  return tree.get(StateTree::path_of(key));
}

TEST(StateTree, EmptyHasTheRootOfNothing) {
  StateTree tree;
  EXPECT_EQ(tree.root(), sha256(""));
  EXPECT_EQ(get(tree, "a"), std::nullopt);
  tree.erase(StateTree::path_of("a"));
  EXPECT_EQ(tree.size(), 0U);
}

TEST(StateTree, ALeafIsHashedAsWritten) {
  StateTree tree;
  set(tree, "a", "1");
  std::string leaf(1, '\0');
  leaf.append(sha256("a").view()).append(sha256("1").view());
  EXPECT_EQ(tree.root(), sha256(leaf));
}

TEST(StateTree, AnInnerNodeCommitsToItsBit) {
  StateTree one, other;
  set(one, "a", "1");
  set(other, "b", "2");
  const Digest a = sha256("a"), b = sha256("b");
  int bit = 0;
  while ((a.bytes[bit / 8] >> (7 - bit % 8) & 1) == (b.bytes[bit / 8] >> (7 - bit % 8) & 1)) ++bit;
  const bool b_is_right = (b.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
  std::string expected = {'\x01', static_cast<char>(bit >> 8), static_cast<char>(bit)};
  expected.append((b_is_right ? one : other).root().view()).append((b_is_right ? other : one).root().view());
  set(one, "b", "2");
  EXPECT_EQ(one.root(), sha256(expected));
}

TEST(StateTree, AValueIsNotAKey) {
  StateTree one, other;
  set(one, "a", "b");
  set(other, "b", "a");
  EXPECT_NE(one.root(), other.root());
}

// Against a plain map, over random writes and erasures: same contents, and a root that only the contents decide.
TEST(StateTree, HoldsWhatAMapHoldsAndItsRootFollowsFromThat) {
  EXPECT_TRUE(rc::check([] {
    using Write = std::pair<std::uint8_t, rc::Maybe<std::uint8_t>>;
    const auto writes = *rc::gen::container<std::vector<Write>>(
        rc::gen::pair(rc::gen::inRange<std::uint8_t>(0, 40), rc::gen::maybe(rc::gen::arbitrary<std::uint8_t>())));
    StateTree tree;
    std::map<std::string, std::string> model;
    for (const auto& [key, value] : writes) {
      const std::string name = std::to_string(key);
      if (value) {
        set(tree, name, model[name] = std::to_string(*value));
      } else {
        model.erase(name);
        tree.erase(StateTree::path_of(name));
      }
      if (key % 3 == 0) tree.root();  // hashed at any time, or not
    }
    StateTree straight;
    for (const auto& [key, value] : model) set(straight, key, value);
    RC_ASSERT(tree.size() == model.size());
    RC_ASSERT(tree.root() == straight.root());
    for (int key = 0; key < 40; ++key) {
      const auto expected = model.find(std::to_string(key));
      const auto found = get(tree, std::to_string(key));
      RC_ASSERT(found.has_value() == (expected != model.end()));
      if (found) RC_ASSERT(*found == expected->second);
    }
    std::map<std::string, std::string> walked;
    tree.for_each([&](std::string_view key, std::string_view value) { walked.emplace(key, value); });
    RC_ASSERT(walked == model);
  }));
}

TEST(StateTree, EveryChangeOfAValueChangesTheRoot) {
  StateTree tree;
  for (int i = 0; i < 1000; ++i) set(tree, std::to_string(i), "x");
  std::vector<Digest> roots = {tree.root()};
  for (int i = 0; i < 1000; i += 7) {
    set(tree, std::to_string(i), "y");
    roots.push_back(tree.root());
  }
  std::sort(roots.begin(), roots.end());
  EXPECT_EQ(std::unique(roots.begin(), roots.end()), roots.end());
}

}  // namespace
}  // namespace bsn
