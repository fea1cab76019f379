#include "node/block_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

namespace bsn {
namespace {

std::uint64_t one(const Proposal&, const BlockTree::Node&) { return 1; }
bool heavier(const BlockTree::Node& a, const BlockTree::Node& b) { return a.total > b.total; }

// `name` tells apart what stands on the same parent.
ProposalPtr on(const ProposalPtr& parent, const std::string& name = "", Instant time = Instant{}) {
  Proposal made;
  made.height = parent ? parent->height + 1 : 1;
  made.parent = parent ? proposal_digest(*parent) : Digest{};
  made.time = time;
  made.seal = name;
  return make_proposal(std::move(made));
}

const BlockTree::Node& node(const BlockTree& tree, const ProposalPtr& proposal) {
  return *tree.find(proposal_digest(*proposal));
}

// A chain of `length` blocks on `parent`, added.
std::vector<ProposalPtr> grow(BlockTree& tree, ProposalPtr parent, int length, const std::string& name) {
  std::vector<ProposalPtr> made;
  for (int i = 0; i < length; ++i) {
    made.push_back(on(parent, name));
    EXPECT_EQ(tree.add(made.back(), 1), BlockTree::Added::added);
    parent = made.back();
  }
  return made;
}

TEST(BlockTree, AnExtensionKeepsTheWholeChainAndAdoptsOne) {
  BlockTree tree;
  const auto a = grow(tree, nullptr, 2, "a");
  auto change = tree.move_to(tree.best(heavier));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->keep, 0u);
  EXPECT_EQ(change->adopt, a);
  EXPECT_FALSE(tree.move_to(tree.best(heavier)));
  const auto next = grow(tree, a.back(), 1, "a");
  change = tree.move_to(tree.best(heavier));
  EXPECT_EQ(change->keep, 2u);
  EXPECT_EQ(change->adopt, next);
}

TEST(BlockTree, OfEqualBranchesTheFirstSeenStays) {
  BlockTree tree;
  const auto a = grow(tree, nullptr, 2, "a");
  const auto b = grow(tree, nullptr, 2, "b");
  EXPECT_EQ(&tree.best(heavier), &node(tree, a.back()));
  tree.move_to(node(tree, b.back()));
  EXPECT_EQ(&tree.best(heavier), &node(tree, b.back()));
}

TEST(BlockTree, AHeavierBranchIsTakenFromTheForkOn) {
  BlockTree tree;
  const auto trunk = grow(tree, nullptr, 3, "trunk");
  const auto a = grow(tree, trunk.back(), 2, "a");
  tree.move_to(tree.best(heavier));
  const auto b = grow(tree, trunk.back(), 3, "b");
  const auto change = tree.move_to(tree.best(heavier));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->keep, 3u);
  EXPECT_EQ(change->adopt, b);
}

TEST(BlockTree, WhatBreaksTheOrderIsInvalid) {
  BlockTree tree;
  const ProposalPtr first = on(nullptr, "", Instant{100});
  EXPECT_EQ(tree.add(first, 1), BlockTree::Added::added);
  EXPECT_EQ(tree.add(first, 1), BlockTree::Added::known);
  EXPECT_EQ(tree.add(on(first, "", Instant{99}), 1), BlockTree::Added::invalid);
  Proposal gap = *on(first, "", Instant{100});
  gap.height = 3;
  EXPECT_EQ(tree.add(make_proposal(gap), 1), BlockTree::Added::invalid);
  EXPECT_EQ(tree.add(on(on(first, "unknown")), 1), BlockTree::Added::orphan);
}

TEST(BlockTree, OrphansWaitForTheirParentAndTheOldestMakesRoom) {
  BlockTree tree({.blocks = 100, .orphans = 3, .kept_final = 10});
  const ProposalPtr parent = on(nullptr);
  std::vector<ProposalPtr> children;
  for (int i = 0; i < 5; ++i) {
    children.push_back(on(parent, std::to_string(i)));
    tree.hold(children.back());
    tree.hold(children.back());
  }
  EXPECT_EQ(tree.orphans(), 3u);
  EXPECT_EQ(tree.missing(), std::vector<Digest>{proposal_digest(*parent)});
  tree.add(parent, 1);
  EXPECT_EQ(tree.missing(), std::vector<Digest>{});
  EXPECT_EQ(tree.take_waiting(proposal_digest(*parent)),
            (std::vector<ProposalPtr>{children[2], children[3], children[4]}));
  EXPECT_EQ(tree.orphans(), 0u);
}

TEST(BlockTree, OnlyTheLowestOfAChainOfOrphansIsMissed) {
  BlockTree tree;
  const ProposalPtr a = on(nullptr), b = on(a), c = on(b);
  tree.hold(c);
  tree.hold(b);
  EXPECT_EQ(tree.missing(), std::vector<Digest>{proposal_digest(*a)});
}

TEST(BlockTree, FinalityDropsOtherBranchesAndOldOrphans) {
  BlockTree tree;
  const auto trunk = grow(tree, nullptr, 2, "trunk");
  const auto a = grow(tree, trunk[0], 4, "a");
  const auto b = grow(tree, trunk[1], 1, "b");
  tree.hold(on(on(nullptr, "elsewhere")));
  tree.move_to(tree.best(heavier));
  EXPECT_EQ(tree.finalise(3)->height, 3u);
  EXPECT_FALSE(tree.finalise(3));
  EXPECT_FALSE(tree.finalise(6));
  EXPECT_EQ(tree.root().digest, proposal_digest(*a[1]));
  EXPECT_EQ(tree.tip().digest, proposal_digest(*a[3]));
  EXPECT_EQ(tree.size(), 2u);
  EXPECT_EQ(tree.orphans(), 0u);
  EXPECT_EQ(tree.find(proposal_digest(*b[0])), nullptr);
  EXPECT_EQ(tree.add(on(trunk[1], "late"), 1), BlockTree::Added::orphan);
}

TEST(BlockTree, AnswersRequestsFromTheTreeAndTheLastFinalBlocks) {
  BlockTree tree({.blocks = 100, .orphans = 3, .kept_final = 2});
  const auto a = grow(tree, nullptr, 5, "a");
  tree.move_to(tree.best(heavier));
  tree.finalise(3);
  TreeRequest request;
  request.above = 5;
  for (const auto& proposal : a) request.missing.insert(request.missing.begin(), proposal_digest(*proposal));
  request.missing.push_back(sha256("unknown"));
  EXPECT_EQ(tree.answer(request), (std::vector<ProposalPtr>{a[1], a[2], a[3], a[4]}));
}

TEST(BlockTree, AnswersARequestWithTheAncestorsThatTheAskerLacks) {
  BlockTree tree({.blocks = 100, .orphans = 3, .kept_final = 100});
  const auto a = grow(tree, nullptr, 5, "a");
  tree.move_to(tree.best(heavier));
  tree.finalise(3);
  EXPECT_EQ(tree.answer({{proposal_digest(*a[4])}, 1}), (std::vector<ProposalPtr>{a[1], a[2], a[3], a[4]}));
  const auto more = grow(tree, a.back(), 100 - 5, "a");
  const auto found = tree.answer({{proposal_digest(*more.back())}, 0});
  ASSERT_EQ(found.size(), TreeRequest::missing_max);
  EXPECT_EQ(found.back(), more.back());
}

TEST(BlockTree, AFullTreeRefusesUntilSomethingIsFinal) {
  BlockTree tree({.blocks = 4, .orphans = 3, .kept_final = 2});
  const auto a = grow(tree, nullptr, 4, "a");
  EXPECT_EQ(tree.add(on(a.back()), 1), BlockTree::Added::full);
  tree.move_to(tree.best(heavier));
  tree.finalise(1);
  EXPECT_EQ(tree.add(on(a.back()), 1), BlockTree::Added::added);
}

TEST(BlockTree, AFetchedBlockOnTheBestChainChangesNothingButTheRoot) {
  BlockTree tree;
  const auto a = grow(tree, nullptr, 3, "a");
  tree.move_to(tree.best(heavier));
  tree.accept_fetched(a[0], one);
  EXPECT_EQ(tree.root().digest, proposal_digest(*a[0]));
  EXPECT_EQ(tree.tip().digest, proposal_digest(*a[2]));
}

TEST(BlockTree, AFetchedBlockElsewhereTakesTheBestChainWithIt) {
  BlockTree tree;
  const auto a = grow(tree, nullptr, 3, "a");
  const auto b = grow(tree, nullptr, 2, "b");
  tree.move_to(tree.best(heavier));
  tree.accept_fetched(b[0], one);
  EXPECT_EQ(tree.tip().digest, proposal_digest(*b[0]));
  const auto change = tree.move_to(tree.best(heavier));
  EXPECT_EQ(change->keep, 1u);
  EXPECT_EQ(change->adopt, (std::vector<ProposalPtr>{b[1]}));
  const ProposalPtr unknown = on(b[0], "c");
  tree.accept_fetched(unknown, one);
  EXPECT_EQ(tree.root().digest, proposal_digest(*unknown));
  EXPECT_EQ(&tree.tip(), &tree.root());
  EXPECT_EQ(tree.size(), 0u);
  EXPECT_EQ(tree.root().total, 2u);
}

TEST(BlockTree, IsRebuiltFromStoredBlocks) {
  BlockTree tree;
  const auto a = grow(tree, nullptr, 5, "a");
  DurableState durable;
  durable.final_height = 2;
  for (const ProposalPtr& proposal : a) {
    auto block = std::make_shared<Block>();
    block->header = {proposal->height, {}, {}, {}, {}, proposal->time, proposal->proposer, proposal->seal};
    durable.blocks.push_back(block);
  }
  const BlockTree rebuilt({}, durable, one);
  EXPECT_EQ(rebuilt.root().digest, proposal_digest(*a[1]));
  EXPECT_EQ(rebuilt.tip().digest, proposal_digest(*a[4]));
  EXPECT_EQ(rebuilt.tip().total, 5u);
  EXPECT_EQ(rebuilt.size(), 3u);
  const auto answered = rebuilt.answer({{proposal_digest(*a[0])}});
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(proposal_digest(*answered[0]), proposal_digest(*a[0]));
}

// Applies a Reorganise to a plain list of blocks.
void follow(const Reorganise& change, std::vector<ProposalPtr>& chain) {
  chain.resize(change.keep);
  chain.insert(chain.end(), change.adopt.begin(), change.adopt.end());
}

TEST(BlockTreeProperties, ReorganisingBetweenRandomTipsGivesTheChainOfParents) {
  EXPECT_TRUE(rc::check([] {
    BlockTree tree;
    std::vector<ProposalPtr> all{nullptr};
    std::vector<ProposalPtr> chain;
    Height final = 0;
    const int steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
      const auto parent = all[*rc::gen::inRange<std::size_t>(0, all.size())];
      const ProposalPtr made = on(parent, std::to_string(i));
      if (tree.add(made, *rc::gen::inRange<std::uint64_t>(1, 4)) == BlockTree::Added::added) all.push_back(made);
      if (*rc::gen::inRange(0, 3) == 0) {
        const auto& best = tree.best(heavier);
        tree.for_each([&](const auto& other) { RC_ASSERT(!heavier(other, best) || !other.children.empty()); });
        if (const auto change = tree.move_to(best)) follow(*change, chain);
      }
      if (*rc::gen::inRange(0, 10) == 0 && !chain.empty()) {
        final = std::max<Height>(final, *rc::gen::inRange<Height>(0, chain.size() + 1));
        tree.finalise(final);
      }
      // The naive path: from the tip back to the root by parents.
      RC_ASSERT(tree.tip().height == chain.size());
      const BlockTree::Node* at = &tree.tip();
      for (; at != &tree.root(); at = at->parent) {
        RC_ASSERT(chain.at(at->height - 1) == at->proposal);
        RC_ASSERT(tree.ancestor(tree.tip(), at->height) == at);
      }
      RC_ASSERT(at->height == final);
      std::size_t seen = 0;
      tree.for_each([&](const auto& other) {
        ++seen;
        RC_ASSERT(tree.find(other.parent->digest) == other.parent);
      });
      RC_ASSERT(seen == tree.size());
    }
  }));
}

}  // namespace
}  // namespace bsn
