// Chain peers around a scripted engine: what they promise whatever the engine is.
#include <gtest/gtest.h>

#include "tests/node/city_network.h"
#include "tests/node/scripted_engine.h"

namespace bsn {
namespace {

MakeEngine scripted(const ScriptedEngineOptions& options = {}) {
  return [=](const EngineConfig& config, const DurableState&, const BlockSealed& tip, Instant now) {
    return make_scripted_engine(options, config, tip, now);
  };
}

// Three validators and two followers of a Raft-like chain: city 0 leads, cities 3 and 4 follow.
CityNetwork small_network(const ScriptedEngineOptions& options = {},
                          const ChainSpec& chain = test_chain(3, 2, RaftParameters{})) {
  return CityNetwork(test_cities(static_cast<std::uint32_t>(chain.validators.size() + chain.followers.size())), {chain},
                     scripted(options));
}

Call put(const std::string& key, Level level = Level::final_, const std::string& value = "v") {
  return test_submit(key, "kv", "put", {"k-" + key, value}, level);
}

Call get(const std::string& key, Level level = Level::local) { return test_query("kv", "get", {"k-" + key}, level); }

ChainPeerStatus status(CityNetwork& network, std::uint32_t city) { return *network.node(city).status({}); }

TEST(ChainPeer, AWriteAtAnyPeerIsAnsweredFromTheBlockThatHoldsIt) {
  CityNetwork network = small_network();
  for (std::uint32_t city = 0; city < 5; ++city) {
    const std::string key = "from-" + std::to_string(city);
    const CallId id = network.call(city, put(key, city % 2 == 0 ? Level::final_ : Level::committed));
    ASSERT_TRUE(network.await(id)) << city;
    const Reply& reply = *network.answer(id);
    EXPECT_EQ(reply.status, Status::ok) << reply.message;
    EXPECT_EQ(reply.city, "city-" + std::to_string(city));
    const BlockPtr block = network.blocks(city).at(reply.height - 1);
    EXPECT_EQ(block->transactions.at(reply.index)->id, reply.transaction);
    EXPECT_EQ(block->header.state_root, reply.state_root);
    EXPECT_EQ(network.answer(network.call(city, get(key)))->value, "v");
  }
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(ChainPeer, TheSplitCountsTheQueueAndTheWaitApart) {
  const ChainSpec chain = test_chain(1, 0, RaftParameters{});
  ChainPeer peer(chain, {0}, 1, {}, Instant{}, scripted());
  std::vector<ChainPeerOutput> out;
  peer.advance_to(Instant{}, out);
  const Instant taken_up = Instant{} + milliseconds(5);
  peer.step(taken_up, CallArrived{CallId{1}, put("1"), Instant{} + milliseconds(2), Instant::max()}, out);
  peer.advance_to(taken_up + milliseconds(100), out);
  const auto answer =
      std::find_if(out.begin(), out.end(), [](const auto& one) { return std::holds_alternative<Answer>(one); });
  ASSERT_NE(answer, out.end());
  const CallSplit split = std::get<Answer>(*answer).reply.split;
  EXPECT_EQ(split.node_queue, milliseconds(3));
  EXPECT_EQ(split.consensus, milliseconds(100));
}

TEST(ChainPeer, ABlockIsPersistedBeforeItsWritesAreAnswered) {
  const ChainSpec chain = test_chain(1, 0, RaftParameters{});
  ChainPeer peer(chain, {0}, 1, {}, Instant{}, scripted());
  std::vector<ChainPeerOutput> out;
  peer.step(Instant{}, CallArrived{CallId{1}, put("1"), Instant{}, Instant::max()}, out);
  peer.advance_to(Instant{} + seconds(1), out);
  peer.advance_to(Instant{} + seconds(2), out);
  std::size_t persisted = out.size(), answered = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::holds_alternative<Persist>(out[i])) persisted = i;
    if (std::holds_alternative<Answer>(out[i])) answered = i;
  }
  EXPECT_LT(persisted, answered);
}

TEST(ChainPeer, ARetryOfAnExecutedWriteIsAnsweredAtOnceWithTheFirstResult) {
  CityNetwork network = small_network();
  const Call pay = test_submit("key", "asset", "transfer", {"account-0", "account-1", "10"});
  const CallId first = network.call(1, pay);
  ASSERT_TRUE(network.await(first));
  network.advance(seconds(1));
  for (std::uint32_t city = 0; city < 5; ++city) {
    const CallId retry = network.call(city, pay);
    ASSERT_NE(network.answer(retry), nullptr) << city;
    EXPECT_EQ(network.answer(retry)->height, network.answer(first)->height);
    EXPECT_EQ(network.answer(retry)->index, network.answer(first)->index);
    EXPECT_EQ(network.answer(retry)->value, network.answer(first)->value);
    EXPECT_EQ(network.answer(network.call(city, test_query("asset", "balance", {"account-1"})))->value, "1010");
  }
}

TEST(ChainPeer, TwoCallersOfOneWriteAreBothAnsweredAndItIsExecutedOnce) {
  CityNetwork network = small_network();
  const Call pay = test_submit("key", "asset", "transfer", {"account-0", "account-1", "10"});
  const CallId here = network.call(1, pay), there = network.call(2, pay), again = network.call(2, pay);
  for (const CallId id : {here, there, again}) {
    ASSERT_TRUE(network.await(id));
    EXPECT_EQ(network.answer(id)->status, Status::ok);
    EXPECT_EQ(network.answer(id)->value, "1");
  }
  EXPECT_EQ(network.answer(network.call(2, test_query("asset", "balance", {"account-1"})))->value, "1010");
}

TEST(ChainPeer, AKeyUsedWithAnotherBodyIsRefusedBeforeAndAfterExecution) {
  CityNetwork network = small_network();
  const CallId first = network.call(1, put("key"));
  const CallId waiting = network.call(1, put("key", Level::final_, "other"));
  ASSERT_NE(network.answer(waiting), nullptr);
  EXPECT_EQ(network.answer(waiting)->reason, Reason::key_reused);
  ASSERT_TRUE(network.await(first));
  network.advance(seconds(1));
  const CallId executed = network.call(4, put("key", Level::final_, "other"));
  ASSERT_NE(network.answer(executed), nullptr);
  EXPECT_EQ(network.answer(executed)->status, Status::already_exists);
}

TEST(ChainPeer, OfTwoBodiesUnderOneKeyOneIsExecutedAndTheOtherRefused) {
  CityNetwork network = small_network();
  const CallId here = network.call(1, put("key", Level::final_, "here"));
  const CallId there = network.call(2, put("key", Level::final_, "there"));
  ASSERT_TRUE(network.await(here) && network.await(there));
  const bool here_won = network.answer(here)->status == Status::ok;
  EXPECT_EQ(network.answer(here_won ? there : here)->reason, Reason::key_reused);
  EXPECT_EQ(network.answer(network.call(0, get("key")))->value, here_won ? "here" : "there");
}

TEST(ChainPeer, WhatTheContractRefusesHasNoEffect) {
  CityNetwork network = small_network();
  const CallId id = network.call(3, test_submit("key", "asset", "transfer", {"account-0", "account-1", "5000"}));
  ASSERT_TRUE(network.await(id));
  EXPECT_EQ(network.answer(id)->status, Status::failed_precondition);
  EXPECT_EQ(network.answer(id)->reason, Reason::contract_refused);
  EXPECT_EQ(network.answer(id)->message, "the balance is 1000");
  EXPECT_GT(network.answer(id)->height, 0U);
}

TEST(ChainPeer, AnAcceptedWriteIsAnsweredAtOnceAndSurvivesARestartBeforeAnyBlock) {
  CityNetwork network = small_network();
  network.tamper([](CityIndex from, CityIndex, const PeerMessage& message) -> std::optional<PeerMessage> {
    if (from.value == 1 && std::holds_alternative<TransactionsForward>(message)) return std::nullopt;
    return message;
  });
  const CallId id = network.call(1, put("key", Level::accepted));
  ASSERT_NE(network.answer(id), nullptr);
  EXPECT_EQ(network.answer(id)->status, Status::ok);
  EXPECT_EQ(network.answer(id)->height, 0U);
  EXPECT_EQ(network.disk(1).accepted.size(), 1U);
  network.advance(seconds(1));
  network.crash(1);
  network.tamper(nullptr);
  network.restart(1);
  network.advance(seconds(2));
  EXPECT_EQ(network.answer(network.call(4, get("key")))->value, "v");
  EXPECT_TRUE(network.disk(1).accepted.empty());
}

TEST(ChainPeer, AnAcceptedWriteThatABlockHasIsErasedAfterACrashBetweenBoth) {
  CityNetwork network = small_network();
  network.call(0, put("key", Level::accepted));
  const DurableState before = network.disk(0);
  network.advance(seconds(1));
  network.crash(0);
  network.disk(0).accepted = before.accepted;
  network.restart(0);
  network.advance(milliseconds(1));
  EXPECT_TRUE(network.disk(0).accepted.empty());
  EXPECT_EQ(status(network, 0).mempool_transactions, 0U);
}

TEST(ChainPeer, ACallIsAnsweredAtItsDeadlineAndItsWriteMayStillHappen) {
  CityNetwork network = small_network();
  const CallId id = network.call(1, put("key"), milliseconds(50));
  network.advance(milliseconds(50));
  ASSERT_NE(network.answer(id), nullptr);
  EXPECT_EQ(network.answer(id)->status, Status::deadline_exceeded);
  EXPECT_EQ(network.answer(id)->reason, Reason::deadline);
  network.advance(seconds(1));
  EXPECT_EQ(network.answer(network.call(1, put("key")))->status, Status::ok);
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(ChainPeer, AWriteThatWaitsForHoursIsForgottenAndThePeerRests) {
  ScriptedEngineOptions slow;
  slow.interval = seconds(4 * 3600);
  ChainPeer peer(test_chain(1, 0, RaftParameters{}), {0}, 1, {}, Instant{}, scripted(slow));
  std::vector<ChainPeerOutput> out;
  peer.step(Instant{}, CallArrived{CallId{1}, put("1", Level::committed), Instant{}, Instant{} + seconds(30)}, out);
  Instant now;
  for (int turn = 0; turn < 10'000 && now < Instant{} + seconds(2 * 3600); ++turn) {
    const std::optional<Instant> next = peer.next_wakeup();
    if (!next) break;
    ASSERT_TRUE(turn == 0 || *next > now) << "it wants to be woken in the past, at " << now.ns;
    now = std::max(now, *next);
    peer.advance_to(now, out);
  }
  EXPECT_EQ(peer.status().mempool_transactions, 0u);
}

TEST(ChainPeer, AnExpiredCallIsNotExecuted) {
  CityNetwork network = small_network();
  const CallId id = network.call(1, put("key"), milliseconds(0));
  EXPECT_EQ(network.answer(id)->status, Status::deadline_exceeded);
  network.advance(seconds(1));
  EXPECT_EQ(status(network, 0).height, 0U);
}

TEST(ChainPeer, ACancelledCallGetsNoAnswer) {
  CityNetwork network = small_network();
  const CallId id = network.call(1, put("key"));
  network.cancel(1, id);
  network.advance(seconds(60));
  EXPECT_EQ(network.answer(id), nullptr);
  EXPECT_EQ(status(network, 1).open_calls, 0U);
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(ChainPeer, AFullMempoolRefusesWithAdviceAndTakesUpAgainLater) {
  ChainSpec chain = test_chain(3, 0, RaftParameters{});
  chain.mempool.max_transactions = 3;
  CityNetwork network = small_network({}, chain);
  std::vector<CallId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(network.call(1, put(std::to_string(i), Level::accepted)));
  EXPECT_EQ(network.answer(ids[2])->status, Status::ok);
  EXPECT_EQ(network.answer(ids[3])->status, Status::resource_exhausted);
  EXPECT_EQ(network.answer(ids[3])->reason, Reason::mempool_full);
  EXPECT_GT(network.answer(ids[3])->retry_after, Duration{});
  network.advance(seconds(1));
  EXPECT_EQ(network.answer(network.call(1, put("3", Level::accepted)))->status, Status::ok);
}

TEST(ChainPeer, OpenCallsAreBoundedToo) {
  ChainSpec chain = test_chain(1, 0, RaftParameters{});
  chain.mempool.max_transactions = 2;
  CityNetwork network = small_network({}, chain);
  network.call(0, put("1"));
  network.call(0, put("1"));
  const CallId again = network.call(0, put("1")), other = network.call(0, put("2"));
  EXPECT_EQ(network.answer(again)->status, Status::unavailable) << "the first attempt may still be executed";
  EXPECT_EQ(network.answer(other)->status, Status::resource_exhausted);
}

TEST(ChainPeer, WithoutALeaderForLongItRefusesToWait) {
  ScriptedEngineOptions silent;
  silent.leader_known = false;
  CityNetwork network = small_network(silent);
  const CallId early = network.call(1, put("early"), seconds(60));
  EXPECT_EQ(network.answer(early), nullptr);
  network.advance(seconds(10));
  const CallId late = network.call(1, put("late"));
  ASSERT_NE(network.answer(late), nullptr);
  EXPECT_EQ(network.answer(late)->status, Status::unavailable);
  EXPECT_EQ(network.answer(late)->reason, Reason::no_leader);
  EXPECT_GT(network.answer(late)->retry_after, Duration{});
  EXPECT_EQ(network.answer(network.call(1, put("kept", Level::accepted)))->status, Status::ok);
}

TEST(ChainPeer, AFollowerSendsToAnotherValidatorWhenTheFirstDoesNotServe) {
  CityNetwork network = small_network();
  network.crash(1);
  network.crash(2);
  for (std::uint32_t city = 3; city < 5; ++city) {
    const CallId id = network.call(city, put(std::to_string(city)));
    ASSERT_TRUE(network.await(id, seconds(30))) << city;
    EXPECT_EQ(network.answer(id)->status, Status::ok);
  }
}

TEST(ChainPeer, AFollowerThatWasAwayCatchesUp) {
  CityNetwork network = small_network();
  network.crash(3);
  network.crash(2);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(network.await(network.call(0, put(std::to_string(i)))));
  network.restart(3);
  network.restart(2);
  ASSERT_TRUE(network.await(network.call(0, put("last"))));
  network.advance(seconds(10));
  for (std::uint32_t city = 1; city < 5; ++city) {
    EXPECT_EQ(status(network, city).height, 41U) << city;
    EXPECT_EQ(status(network, city).state_root, status(network, 0).state_root) << city;
  }
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(ChainPeer, ANodeThatLostItsDiskStartsAtGenesisAndCatchesUp) {
  CityNetwork network = small_network();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(network.await(network.call(0, put(std::to_string(i)))));
  network.crash(4);
  network.lose_disk(4);
  network.restart(4);
  network.advance(seconds(10));
  EXPECT_EQ(status(network, 4).tip, status(network, 0).tip);
}

TEST(ChainPeer, AnIdleFollowerAsksSeldom) {
  CityNetwork network = small_network();
  network.advance(seconds(10));
  const std::uint64_t before = network.messages(3);
  network.advance(seconds(100));
  EXPECT_LE(network.messages(3) - before, 21U);
}

// ---- where validators may lie: four validators, f = 1; cities 4 and 5 follow ----

CityNetwork lying_network() {
  ScriptedEngineOptions rotating;
  rotating.leader_only = false;
  return small_network(rotating, test_chain(4, 2, BftParameters{}));
}

// What validator 1 makes of every block it passes on.
BlockPtr forge(const Block& block) {
  Block forged = block;
  forged.header.state_root = sha256("forged");
  forged.hash = header_digest(forged.header);
  return std::make_shared<const Block>(forged);
}

TEST(ChainPeer, AFollowerDoesNotBelieveALyingValidatorsBlock) {
  CityNetwork network = lying_network();
  int lies = 0;
  network.tamper([&](CityIndex from, CityIndex to, const PeerMessage& message) -> std::optional<PeerMessage> {
    const auto* blocks = std::get_if<Blocks>(&message);
    if (blocks == nullptr || from.value != 1 || to.value < 4) return message;
    Blocks forged = *blocks;
    for (BlockPtr& block : forged.blocks) block = forge(*block);
    ++lies;
    return forged;
  });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(network.await(network.call(4, put(std::to_string(i)))));
  network.advance(seconds(20));
  EXPECT_GT(lies, 0);
  for (std::uint32_t city = 4; city < 6; ++city) {
    EXPECT_EQ(status(network, city).tip, status(network, 0).tip) << city;
  }
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(ChainPeer, BelievesNoSingleValidatorWhereOneMayLie) {
  CityNetwork network = lying_network();
  network.tamper([](CityIndex, CityIndex to, const PeerMessage& message) -> std::optional<PeerMessage> {
    if (to.value >= 4 && std::holds_alternative<Blocks>(message)) return std::nullopt;
    return message;
  });
  ASSERT_TRUE(network.await(network.call(0, put("1"))));
  const BlockPtr block = network.blocks(0).at(0);
  network.inject(2, 4, {}, Blocks{{block}, 1});
  network.inject(2, 4, {}, Blocks{{block}, 1});
  network.inject(5, 4, {}, Blocks{{block}, 1});
  EXPECT_EQ(status(network, 4).height, 0U);
  network.inject(3, 4, {}, Blocks{{block}, 1});
  EXPECT_EQ(status(network, 4).height, 1U);
}

TEST(ChainPeer, EachFollowerIsPushedEveryBlockByOneMoreValidatorThanMayLie) {
  CityNetwork network = lying_network();
  std::map<std::uint32_t, std::set<std::uint32_t>> pushers;
  network.tamper([&](CityIndex from, CityIndex to, const PeerMessage& message) -> std::optional<PeerMessage> {
    if (std::holds_alternative<Blocks>(message)) pushers[to.value].insert(from.value);
    return message;
  });
  ASSERT_TRUE(network.await(network.call(0, put("1"))));
  network.advance(milliseconds(500));
  EXPECT_EQ(pushers[4], (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(pushers[5], (std::set<std::uint32_t>{1, 2}));
}

TEST(ChainPeer, IgnoresWhoIsNoMemberOfTheChain) {
  CityNetwork network(test_cities(4), {test_chain(2, 1, RaftParameters{})}, scripted());
  const auto transaction = make_transaction(put("1"));
  network.inject(3, 0, {}, TransactionsForward{{transaction}});
  network.inject(3, 0, {}, BlocksRequest{1});
  network.advance(seconds(1));
  EXPECT_EQ(status(network, 0).height, 0U);
}

// A crash after each of the first outputs of a run with writes: whatever was acknowledged is there afterwards.
TEST(ChainPeer, ACrashBetweenAnyTwoOutputsLosesNoAcknowledgedWrite) {
  for (std::uint32_t point = 0; point < 60; ++point) {
    CityNetwork network = small_network();
    network.crash_after(0, point);
    std::vector<CallId> ids;
    for (int i = 0; i < 10; ++i) {
      ids.push_back(network.call(0, put(std::to_string(i), i % 2 == 0 ? Level::final_ : Level::accepted)));
      network.advance(milliseconds(60));
    }
    network.crash(0);
    network.restart(0);
    network.advance(seconds(5));
    for (int i = 0; i < 10; ++i) {
      const Reply* reply = network.answer(ids[static_cast<std::size_t>(i)]);
      if (reply == nullptr || reply->status != Status::ok) continue;
      EXPECT_EQ(network.answer(network.call(0, get(std::to_string(i))))->value, "v") << point << " " << i;
    }
    EXPECT_EQ(network.violations(), std::vector<std::string>{}) << point;
  }
}

}  // namespace
}  // namespace bsn
