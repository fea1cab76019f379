// Cities with the real engines, under load, crashes and restarts: nothing acknowledged is lost, nothing happens twice.
#include <gtest/gtest.h>

#include "core/random.h"
#include "node/contract_asset.h"
#include "node/ledger_auditor.h"
#include "tests/node/city_network.h"

namespace bsn {
namespace {

// Fast enough for a short test, slow against the delays of up to 10 ms.
RaftParameters quick_raft() {
  RaftParameters raft;
  raft.heartbeat = milliseconds(50);
  raft.election_timeout = milliseconds(300);
  raft.batch_timeout = milliseconds(100);
  return raft;
}

BftParameters quick_bft(BftParameters::Rotation rotation = BftParameters::Rotation::every_block) {
  BftParameters bft;
  bft.rotation = rotation;
  bft.interval = milliseconds(100);
  bft.empty_interval = seconds(0);
  bft.propose_timeout = milliseconds(300);
  bft.vote_timeout = milliseconds(200);
  bft.timeout_step = milliseconds(100);
  return bft;
}

struct Sent {
  CallId id;
  Call call;
  std::uint32_t city = 0;
};

// A life of one chain: random transfers and puts at random cities while some crash and come back.
class CityLife {
 public:
  CityLife(const EngineParameters& engine, std::uint32_t validators, std::uint32_t may_crash, std::uint64_t seed)
      : spec_(test_chain(validators, 2, engine)),
        cities_(validators + 2),
        may_crash_(may_crash),
        random_(Random(seed).fork("city life")),
        network_(test_cities(cities_), {spec_}, make_engine) {}

  void live(int turns) {
    network_.weather(milliseconds(static_cast<std::int64_t>(random_.below(30))), random_.chance(0.5) ? 0.02 : 0,
                     random_.next());
    network_.advance(seconds(2));
    for (int turn = 0; turn < turns; ++turn) {
      send();
      if (random_.chance(0.1)) crash_or_restart();
      network_.advance(milliseconds(static_cast<std::int64_t>(random_.below(60))));
    }
    network_.weather({}, 0, 1);
    for (std::uint32_t city = 0; city < cities_; ++city) network_.restart(city);
    network_.advance(seconds(60));
  }

  void judge() {
    EXPECT_EQ(network_.violations(), std::vector<std::string>{});
    for (std::uint32_t city = 1; city < cities_; ++city) {
      EXPECT_EQ(network_.node(city).status({})->tip, network_.node(0).status({})->tip) << city;
    }
    judge_chain();
    std::uint32_t succeeded = 0;
    for (const Sent& one : sent_) succeeded += judge_call(one);
    EXPECT_GT(succeeded, sent_.size() / 3) << "a life in which little happens proves little";
  }

  CityNetwork& network() { return network_; }

 private:
  std::uint32_t any_city() { return static_cast<std::uint32_t>(random_.below(cities_)); }

  void send() {
    const std::uint32_t city = any_city();
    if (!network_.up(city)) return;
    Call call;
    if (!sent_.empty() && random_.chance(0.2)) {
      call = sent_[random_.below(sent_.size())].call;  // a retry, perhaps somewhere else
    } else {
      const std::string key = std::to_string(sent_.size());
      const std::string from = "account-" + std::to_string(random_.below(20));
      const std::string to = "account-" + std::to_string(random_.below(20));
      call = random_.chance(0.7)
                 ? test_submit(key, "asset", "transfer", {from, to, std::to_string(random_.below(99) + 1)})
                 : test_submit(key, "kv", "put", {key, "v"});
    }
    constexpr Level levels[] = {Level::accepted, Level::committed, Level::final_};
    call.level = levels[random_.below(3)];
    sent_.push_back({network_.call(city, call, seconds(20)), call, city});
  }

  void crash_or_restart() {
    const std::uint32_t city = any_city();
    if (!network_.up(city)) return network_.restart(city);
    std::uint32_t down = 0;
    for (std::uint32_t other = 0; other < cities_; ++other) down += network_.up(other) ? 0 : 1;
    if (down >= may_crash_) return;
    if (random_.chance(0.5)) {
      network_.crash(city);
    } else {
      network_.crash_after(city, static_cast<std::uint32_t>(random_.below(10)));
    }
  }

  void judge_chain() {
    const auto auditor = make_ledger_auditor(spec_);
    std::set<std::string> executed;
    for (const BlockPtr& block : network_.blocks(0)) {
      EXPECT_TRUE(auditor->apply(*block).ok());
      for (std::size_t i = 0; i < block->receipts.size(); ++i) {
        if (block->receipts[i].status == ReceiptStatus::duplicate) continue;
        EXPECT_TRUE(executed.insert(block->transactions[i]->idempotency_key).second) << "executed twice";
      }
    }
    EXPECT_TRUE(auditor->check_balances().ok());
  }

  // Whether the call succeeded.
  bool judge_call(const Sent& sent) {
    const Reply* reply = network_.answer(sent.id);
    if (reply == nullptr) return false;  // its city crashed
    if (reply->status == Status::deadline_exceeded || reply->status == Status::unavailable) return false;
    if (certainly_no_effect(reply->status) && reply->reason != Reason::contract_refused) return false;
    const Reply final_result = network_.node(0).find_transaction(spec_.name, reply->transaction);
    EXPECT_NE(final_result.status, Status::not_found) << "an acknowledged write is gone";
    if (reply->height != 0) {
      EXPECT_EQ(reply->status, final_result.status);
      EXPECT_EQ(reply->height, final_result.height);
      EXPECT_EQ(reply->index, final_result.index);
      EXPECT_EQ(reply->state_root, final_result.state_root);
    }
    return reply->status == Status::ok;
  }

  ChainSpec spec_;
  std::uint32_t cities_;
  std::uint32_t may_crash_;
  Random random_;
  CityNetwork network_;
  std::vector<Sent> sent_;
};

TEST(CityLife, RaftLosesNothingWhileAMinorityCrashes) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    CityLife life(quick_raft(), 3, 1, seed);
    life.live(200);
    life.judge();
  }
}

TEST(CityLife, RaftOfFiveLosesNothingWhileTwoCrash) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    CityLife life(quick_raft(), 5, 2, seed);
    life.live(200);
    life.judge();
  }
}

TEST(CityLife, BftLosesNothingWhileAThirdCrashes) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    CityLife life(quick_bft(), 4, 1, seed);
    life.live(200);
    life.judge();
  }
}

TEST(CityLife, BftWithAStayingPrimaryLosesNothingEither) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    CityLife life(quick_bft(BftParameters::Rotation::on_view_change), 7, 2, seed);
    life.live(200);
    life.judge();
  }
}

// Validator 1 votes honestly and lies about every block that it passes on.
TEST(CityLife, NobodyBelievesAValidatorThatPassesOnForgedBlocks) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    CityLife life(quick_bft(), 4, 0, seed);
    int lies = 0;
    life.network().tamper([&](CityIndex from, CityIndex, const PeerMessage& message) -> std::optional<PeerMessage> {
      const auto* blocks = std::get_if<Blocks>(&message);
      if (blocks == nullptr || from.value != 1) return message;
      Blocks forged = *blocks;
      for (BlockPtr& block : forged.blocks) {
        Block lie = *block;
        lie.header.state_root = sha256("lie");
        lie.hash = header_digest(lie.header);
        block = std::make_shared<const Block>(std::move(lie));
        ++lies;
      }
      return forged;
    });
    life.live(200);
    life.judge();
    EXPECT_GT(lies, 0);
  }
}

TEST(CityLife, EqualSeedsGiveEqualLives) {
  for (const EngineParameters& engine : {EngineParameters(quick_raft()), EngineParameters(quick_bft())}) {
    CityLife one(engine, 4, 1, 7), other(engine, 4, 1, 7);
    one.live(100);
    other.live(100);
    EXPECT_EQ(one.network().node(0).status({})->tip, other.network().node(0).status({})->tip);
    for (std::uint32_t city = 0; city < 6; ++city) {
      EXPECT_EQ(one.network().messages(city), other.network().messages(city)) << city;
    }
  }
}

TEST(CityLife, AWriteToAChainWithoutAQuorumIsNeverAcknowledged) {
  for (const EngineParameters& engine : {EngineParameters(quick_raft()), EngineParameters(quick_bft())}) {
    CityNetwork network(test_cities(4), {test_chain(4, 0, engine)}, make_engine);
    network.advance(seconds(2));
    network.crash(2);
    network.crash(3);
    const CallId id = network.call(0, test_submit("key", "kv", "put", {"k", "v"}), seconds(10));
    ASSERT_TRUE(network.await(id));
    EXPECT_EQ(network.answer(id)->status, Status::deadline_exceeded);
    network.restart(2);
    network.advance(seconds(10));
    const CallId again = network.call(0, test_submit("key", "kv", "put", {"k", "v"}));
    ASSERT_TRUE(network.await(again));
    EXPECT_EQ(network.answer(again)->status, Status::ok);
  }
}

TEST(CityLife, AllTogetherDownAndUpAgainGoOnWhereTheyWere) {
  for (const EngineParameters& engine : {EngineParameters(quick_raft()), EngineParameters(quick_bft())}) {
    CityNetwork network(test_cities(5), {test_chain(4, 1, engine)}, make_engine);
    network.advance(seconds(2));
    const CallId id = network.call(4, test_submit("key", "kv", "put", {"k", "v"}));
    ASSERT_TRUE(network.await(id));
    for (std::uint32_t city = 0; city < 5; ++city) network.crash(city);
    for (std::uint32_t city = 0; city < 5; ++city) network.restart(city);
    EXPECT_EQ(network.answer(network.call(4, test_query("kv", "get", {"k"})))->value, "v");
    network.advance(seconds(5));
    const CallId next = network.call(4, test_submit("next", "kv", "put", {"k", "w"}));
    ASSERT_TRUE(network.await(next));
    EXPECT_EQ(network.answer(next)->status, Status::ok);
    EXPECT_EQ(network.violations(), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace bsn
