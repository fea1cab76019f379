// A validator that lost its disk never votes against what it had signed before.
#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "tests/node/city_network.h"

namespace bsn {
namespace {

BftParameters fast_bft() {
  BftParameters bft;
  bft.interval = bft.empty_interval = milliseconds(100);
  bft.propose_timeout = milliseconds(500);
  bft.vote_timeout = milliseconds(200);
  return bft;
}

// Every vote that one city has sent: what it named, by height, round and kind.
class Votes {
 public:
  explicit Votes(std::uint32_t city) : city_(city) {}

  std::optional<PeerMessage> note(CityIndex from, const PeerMessage& message) {
    const auto* consensus = std::get_if<ConsensusMessage>(&message);
    const auto* vote = consensus != nullptr ? std::get_if<BftVote>(consensus) : nullptr;
    if (from.value == city_ && vote != nullptr) {
      const auto [said, fresh] = said_.try_emplace({vote->height, vote->round, vote->kind}, vote->proposal);
      if (!fresh && said->second != vote->proposal) ++contradictions_;
      highest_ = std::max(highest_, vote->height);
      lowest_ = std::min(lowest_, vote->height);
    }
    return message;
  }

  // Forgets the heights, not the votes.
  void mark() {
    highest_ = 0;
    lowest_ = UINT64_MAX;
  }
  Height highest() const { return highest_; }
  Height lowest() const { return lowest_; }
  int contradictions() const { return contradictions_; }

 private:
  std::uint32_t city_;
  std::map<std::tuple<Height, std::uint32_t, BftVoteKind>, Digest> said_;
  Height highest_ = 0, lowest_ = UINT64_MAX;
  int contradictions_ = 0;
};

void lose(CityNetwork& network, std::uint32_t city, const ChainSpec& chain) {
  network.crash(city);
  network.lose_disk(city);
  network.reassign({chain}, {city});
  network.restart(city);
}

TEST(LostDisk, ABftValidatorVotesAgainOnlyBehindAllThatItMayHaveSigned) {
  for (std::uint32_t run = 0; run < 20; ++run) {
    const ChainSpec chain = test_chain(4, 0, fast_bft());
    CityNetwork network(test_cities(4), {chain}, make_engine);
    Votes votes(3);
    network.tamper([&](CityIndex from, CityIndex, const PeerMessage& message) { return votes.note(from, message); });
    network.weather(milliseconds(30), 0.02, run);
    network.advance(seconds(3) + milliseconds(17) * static_cast<std::int64_t>(run));
    const Height before = votes.highest();
    ASSERT_GT(before, 2u);
    lose(network, 3, chain);
    EXPECT_FALSE(network.node(3).status({})->validator);
    votes.mark();
    network.advance(seconds(20));
    EXPECT_TRUE(network.node(3).status({})->validator);
    EXPECT_GT(votes.lowest(), before) << "run " << run;
    EXPECT_EQ(votes.contradictions(), 0) << "run " << run;
    // It counts again: the chain goes on without another one.
    network.crash(0);
    const Height then = network.node(1).status({})->height;
    network.advance(seconds(20));
    EXPECT_GT(network.node(1).status({})->height, then + 5);
    EXPECT_TRUE(network.violations().empty());
  }
}

TEST(LostDisk, ABftValidatorWaitsUntilEnoughOthersHaveToldTheirHeight) {
  const ChainSpec chain = test_chain(4, 0, fast_bft());
  CityNetwork network(test_cities(4), {chain}, make_engine);
  network.advance(seconds(3));
  network.crash(0);  // with the amnesiac two of four are faulty: more than f
  lose(network, 3, chain);
  network.advance(seconds(20));
  EXPECT_FALSE(network.node(3).status({})->validator);
  network.restart(0);
  network.advance(seconds(20));
  EXPECT_TRUE(network.node(3).status({})->validator);
}

TEST(LostDisk, ARestartWhileItIsSilentKeepsItSilent) {
  const ChainSpec chain = test_chain(4, 0, fast_bft());
  CityNetwork network(test_cities(4), {chain}, make_engine);
  network.advance(seconds(3));
  network.crash(0);
  lose(network, 3, chain);
  network.advance(seconds(5));
  EXPECT_GT(network.node(3).status({})->height, 0u);
  network.crash(3);
  network.restart(3);
  EXPECT_FALSE(network.node(3).status({})->validator);
}

TEST(LostDisk, OnceItVotesAgainARestartWithItsDiskChangesNothing) {
  const ChainSpec chain = test_chain(4, 0, fast_bft());
  CityNetwork network(test_cities(4), {chain}, make_engine);
  network.advance(seconds(3));
  lose(network, 3, chain);
  network.advance(seconds(20));
  ASSERT_TRUE(network.node(3).status({})->validator);
  network.crash(3);
  network.restart(3);
  EXPECT_TRUE(network.node(3).status({})->validator);
}

TEST(LostDisk, ARaftValidatorFollowsAndVotesNoMore) {
  const ChainSpec chain =
      test_chain(3, 0, RaftParameters{milliseconds(50), milliseconds(200), milliseconds(50), 5, 16});
  CityNetwork network(test_cities(3), {chain}, make_engine);
  network.advance(seconds(3));
  const CallId before = network.call(0, test_submit("before", "kv", "put", {"k", "v"}));
  ASSERT_TRUE(network.await(before));
  lose(network, 2, chain);
  network.advance(seconds(10));
  EXPECT_FALSE(network.node(2).status({})->validator);
  EXPECT_EQ(network.answer(network.call(2, test_query("kv", "get", {"k"})))->value, "v");
  const CallId after = network.call(2, test_submit("after", "kv", "put", {"l", "w"}));
  ASSERT_TRUE(network.await(after));
  EXPECT_EQ(network.answer(after)->status, Status::ok) << "it hands writes on, and hears of their blocks";
}

}  // namespace
}  // namespace bsn
