// Chain peers whose chain grows as a tree, around a small engine: forks, finality, restarts.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/node/city_network.h"
#include "tests/node/scripted_tree_engine.h"

namespace bsn {
namespace {

MakeEngine growing(const ScriptedTreeOptions& options) {
  return [=](const EngineConfig& config, const DurableState& durable, const BlockSealed&, Instant now) {
    return make_scripted_tree_engine(options, config, durable, now);
  };
}

ChainSpec tree_chain(std::uint32_t validators, std::uint32_t followers, std::uint32_t degree = 4) {
  DposParameters dpos;
  dpos.gossip_degree = degree;
  return test_chain(validators, followers, dpos);
}

// A chain in cities of its own, and links that can be cut between two halves.
class Forest {
 public:
  explicit Forest(const ScriptedTreeOptions& options, std::uint32_t validators = 6, std::uint32_t followers = 2)
      : cities_(validators + followers),
        network(test_cities(validators + followers), {tree_chain(validators, followers)}, growing(options)) {}

  // Messages pass only among the first `count` cities and among the others.
  void cut(std::uint32_t count) {
    network.tamper([count](CityIndex from, CityIndex to, const PeerMessage& message) -> std::optional<PeerMessage> {
      if ((from.value < count) != (to.value < count)) return std::nullopt;
      return message;
    });
  }
  void heal() { network.tamper({}); }

  ChainPeerStatus status(std::uint32_t city) { return *network.node(city).status({}); }

  // Ids that are in final blocks of this city, in order.
  std::vector<Digest> final_transactions(std::uint32_t city) {
    std::vector<Digest> ids;
    const DurableState& disk = network.disk(city);
    for (Height height = 1; height <= disk.final_height; ++height) {
      const Block& block = *disk.blocks[height - 1];
      for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        if (block.receipts[i].status != ReceiptStatus::duplicate) ids.push_back(block.transactions[i]->id);
      }
    }
    return ids;
  }

  // All peers hold the same blocks up to the lowest final height, and that is above `least`.
  void expect_agreement(Height least) {
    EXPECT_EQ(network.violations(), std::vector<std::string>{});
    Height common = network.disk(0).final_height;
    for (std::uint32_t city = 1; city < cities_; ++city) common = std::min(common, network.disk(city).final_height);
    EXPECT_GE(common, least);
    for (std::uint32_t city = 1; city < cities_; ++city) {
      EXPECT_EQ(network.disk(city).blocks.at(common - 1)->hash, network.disk(0).blocks.at(common - 1)->hash) << city;
    }
  }

  std::size_t undone() const {
    std::size_t all = 0;
    for (std::uint32_t city = 0; city < cities_; ++city) all += network.undone(city).size();
    return all;
  }

 private:
  std::uint32_t cities_;

 public:
  CityNetwork network;
};

Call put(const std::string& key, Level level = Level::final_, const std::string& value = "v") {
  return test_submit(key, "kv", "put", {"k-" + key, value}, level);
}

Call get(const std::string& key, Level level) { return test_query("kv", "get", {"k-" + key}, level); }

bool holds(const std::vector<BlockPtr>& blocks, const Digest& transaction) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const BlockPtr& block) {
    return std::any_of(block->transactions.begin(), block->transactions.end(),
                       [&](const TransactionPtr& one) { return one->id == transaction; });
  });
}

TEST(TreePeer, AWriteAtAnyPeerBecomesFinalThere) {
  Forest forest({seconds(1), 4});
  for (std::uint32_t city = 0; city < 8; ++city) {
    const CallId id = forest.network.call(city, put("from-" + std::to_string(city)), seconds(120));
    ASSERT_TRUE(forest.network.await(id, seconds(120))) << city;
    EXPECT_EQ(forest.network.answer(id)->status, Status::ok) << forest.network.answer(id)->message;
    EXPECT_LE(forest.network.answer(id)->height, forest.status(city).final_height);
  }
  forest.expect_agreement(8);
}

TEST(TreePeer, CommittedIsAnsweredBeforeFinal) {
  Forest forest({seconds(1), 6});
  const CallId final = forest.network.call(1, put("key"), seconds(120));
  const CallId committed = forest.network.call(1, put("key", Level::committed), seconds(120));
  ASSERT_TRUE(forest.network.await(committed, seconds(60)));
  EXPECT_EQ(forest.network.answer(final), nullptr);
  EXPECT_GT(forest.network.answer(committed)->height, forest.status(1).final_height);
  ASSERT_TRUE(forest.network.await(final, seconds(120)));
}

TEST(TreePeer, AFinalReadSeesWhatCantBeTakenBackAndALocalOneTheTip) {
  Forest forest({seconds(1), 6});
  const CallId committed = forest.network.call(1, put("key", Level::committed), seconds(120));
  ASSERT_TRUE(forest.network.await(committed, seconds(60)));
  EXPECT_EQ(forest.network.answer(forest.network.call(1, get("key", Level::local)))->value, "v");
  const Reply early = *forest.network.answer(forest.network.call(1, get("key", Level::final_)));
  EXPECT_EQ(early.value, "");
  EXPECT_EQ(early.height, forest.status(1).final_height);
  const CallId final = forest.network.call(1, put("key"), seconds(120));
  ASSERT_TRUE(forest.network.await(final, seconds(120)));
  const Reply late = *forest.network.answer(forest.network.call(1, get("key", Level::final_)));
  EXPECT_EQ(late.value, "v");
  EXPECT_EQ(late.state_root, forest.network.disk(1).blocks.at(late.height - 1)->header.state_root);
}

TEST(TreePeer, ATransactionThatFellOutOfAForkIsIncludedAgain) {
  Forest forest({seconds(1), 40});
  forest.network.advance(seconds(5));
  forest.cut(2);  // two validators here, four and the followers there: their branch gets longer
  const CallId committed = forest.network.call(0, put("key", Level::committed), seconds(300));
  const CallId final = forest.network.call(0, put("key"), seconds(300));
  ASSERT_TRUE(forest.network.await(committed, seconds(60)));
  const Reply first = *forest.network.answer(committed);
  forest.network.advance(seconds(10));
  forest.heal();
  ASSERT_TRUE(forest.network.await(final, seconds(300)));
  EXPECT_TRUE(holds(forest.network.undone(0), first.transaction));
  EXPECT_NE(forest.network.answer(final)->height, first.height);
  EXPECT_EQ(forest.network.answer(final)->status, Status::ok);
  EXPECT_EQ(std::ranges::count(forest.final_transactions(3), first.transaction), 0);  // not final there yet, maybe
  forest.network.advance(seconds(60));
  for (const std::uint32_t city : {0u, 3u, 7u}) {
    EXPECT_EQ(std::ranges::count(forest.final_transactions(city), first.transaction), 1) << city;
  }
  forest.expect_agreement(20);
}

TEST(TreePeer, AnAcceptedWriteSurvivesItsForkAndARestartInTheMiddleOfIt) {
  Forest forest({seconds(1), 40});
  forest.network.advance(seconds(5));
  forest.cut(1);
  const CallId accepted = forest.network.call(0, put("key", Level::accepted));
  const CallId committed = forest.network.call(0, put("key", Level::committed), seconds(300));
  ASSERT_TRUE(forest.network.await(committed, seconds(60)));
  const Digest id = forest.network.answer(accepted)->transaction;
  EXPECT_EQ(forest.network.disk(0).accepted.size(), 1u);  // kept until its block is final
  forest.network.crash(0);
  forest.network.restart(0);
  forest.network.advance(seconds(20));
  forest.heal();
  forest.network.advance(seconds(120));
  EXPECT_TRUE(holds(forest.network.undone(0), id));
  EXPECT_EQ(std::ranges::count(forest.final_transactions(0), id), 1);
  EXPECT_TRUE(forest.network.disk(0).accepted.empty());
  forest.expect_agreement(20);
}

TEST(TreePeer, OfTwoBodiesUnderOneKeyTheLoserIsRefusedOnlyWhenTheWinnerIsFinal) {
  Forest forest({seconds(1), 20});
  const CallId here = forest.network.call(0, put("key", Level::final_, "a"), seconds(300));
  const CallId there = forest.network.call(5, put("key", Level::final_, "b"), seconds(300));
  ASSERT_TRUE(forest.network.await(here, seconds(300)) && forest.network.await(there, seconds(300)));
  const Reply a = *forest.network.answer(here), b = *forest.network.answer(there);
  EXPECT_NE(a.status == Status::ok, b.status == Status::ok);
  const Reply& loser = a.status == Status::ok ? b : a;
  EXPECT_EQ(loser.reason, Reason::key_reused);
  forest.network.advance(seconds(60));
  forest.expect_agreement(10);
}

TEST(TreePeer, ALateCallerOfAnOpenTransactionGetsWhatItsLevelPromises) {
  Forest forest({seconds(1), 10});
  ASSERT_TRUE(forest.network.await(forest.network.call(1, put("key", Level::committed), seconds(120)), seconds(60)));
  EXPECT_NE(forest.network.answer(forest.network.call(1, put("key", Level::committed))), nullptr);
  EXPECT_NE(forest.network.answer(forest.network.call(1, put("key", Level::accepted))), nullptr);
  EXPECT_EQ(forest.network.disk(1).accepted.size(), 1u);
  EXPECT_EQ(forest.network.answer(forest.network.call(1, put("key", Level::committed, "other")))->reason,
            Reason::key_reused);
  const CallId final = forest.network.call(1, put("key"), seconds(120));
  EXPECT_EQ(forest.network.answer(final), nullptr);
  ASSERT_TRUE(forest.network.await(final, seconds(120)));
  EXPECT_TRUE(forest.network.disk(1).accepted.empty());
}

TEST(TreePeer, WhoWasAwayForLongFetchesFinalBlocksAndGoesOn) {
  Forest forest({seconds(1), 4});
  forest.network.advance(seconds(5));
  forest.network.crash(2);
  forest.network.crash(7);
  forest.network.advance(seconds(200));
  forest.network.restart(2);
  forest.network.restart(7);
  forest.network.advance(seconds(30));
  for (const std::uint32_t city : {2u, 7u}) {
    EXPECT_GE(forest.network.disk(city).final_height + 10, forest.network.disk(0).final_height) << city;
    const CallId id = forest.network.call(city, put("late-" + std::to_string(city)), seconds(120));
    EXPECT_TRUE(forest.network.await(id, seconds(120)));
  }
  forest.expect_agreement(100);
}

TEST(TreePeer, WhoLostItsDiskComesBack) {
  Forest forest({seconds(1), 4});
  forest.network.advance(seconds(60));
  forest.network.crash(1);
  forest.network.lose_disk(1);
  forest.network.restart(1);
  forest.network.advance(seconds(60));
  forest.expect_agreement(60);
}

// Blocks come so fast that forks are the rule; cities crash between any two of their outputs and come back.
TEST(TreePeer, WithForksLossAndCrashesEveryWriteIsExecutedOnceAndFinalBlocksAgree) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Forest forest({milliseconds(100), 40});
    forest.network.weather(milliseconds(60), 0.05, seed);
    Random random(seed);
    std::vector<CallId> calls;
    for (int round = 0; round < 60; ++round) {
      const auto city = static_cast<std::uint32_t>(random.below(8));
      if (forest.network.up(city)) {
        calls.push_back(forest.network.call(
            city, test_submit("key-" + std::to_string(round), "asset", "transfer", {"account-0", "account-1", "1"}),
            seconds(300)));
      }
      if (random.chance(0.2)) forest.network.crash_after(city, static_cast<std::uint32_t>(random.below(30)));
      forest.network.advance(milliseconds(500));
      if (random.chance(0.4)) forest.network.restart(static_cast<std::uint32_t>(random.below(8)));
    }
    for (std::uint32_t city = 0; city < 8; ++city) forest.network.restart(city);
    forest.network.advance(seconds(40));
    const auto ids = forest.final_transactions(0);
    EXPECT_EQ(std::set<Digest>(ids.begin(), ids.end()).size(), ids.size());
    for (const CallId id : calls) {
      const Reply* reply = forest.network.answer(id);
      if (reply != nullptr && reply->status == Status::ok) {
        EXPECT_EQ(std::ranges::count(ids, reply->transaction), 1);
      }
    }
    const std::string balance = std::to_string(1000 + ids.size());
    EXPECT_EQ(forest.network.answer(forest.network.call(0, test_query("asset", "balance", {"account-1"})))->value,
              balance);
    EXPECT_GT(ids.size(), 20u);
    EXPECT_GT(forest.undone(), 50u);
    forest.expect_agreement(100);
  }
}

}  // namespace
}  // namespace bsn
