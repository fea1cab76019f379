// Who votes in a Raft network, and how that changes while it runs (Ongaro's thesis, chapter 4).
#include <gtest/gtest.h>

#include <algorithm>

#include "node/raft_catch_up.h"
#include "tests/dialogues/engine_network.h"
#include "tests/node/one_raft_engine.h"

namespace bsn {
namespace {

using one_raft::entry;
using one_raft::Validator;

constexpr Duration election = milliseconds(1000);

std::vector<ValidatorIndex> seats(std::initializer_list<std::uint32_t> numbers) {
  std::vector<ValidatorIndex> all;
  for (const std::uint32_t number : numbers) all.push_back({number});
  return all;
}

EngineNetworkOptions options_of(std::uint32_t seat_count, std::uint32_t founders, std::uint64_t seed = 1) {
  RaftParameters raft;
  raft.heartbeat = milliseconds(100);
  raft.election_timeout = election;
  raft.batch_timeout = milliseconds(50);
  EngineNetworkOptions options;
  options.validators = seat_count;
  options.founders = founders;
  options.seed = seed;
  options.parameters = raft;
  return options;
}

bool all_know(const EngineNetwork& network, const std::vector<ValidatorIndex>& voters) {
  return std::all_of(voters.begin(), voters.end(),
                     [&](ValidatorIndex v) { return network.engine(v.value).committed_voters() == voters; });
}

TEST(RaftMembership, AddsOneAfterTheOther) {
  EngineNetwork network(options_of(5, 3));
  network.advance(election * 3);
  network.offer(0, 5);
  network.advance(election);
  EXPECT_EQ(network.height(3), 0u);
  network.set_voters({0, 1, 2, 3, 4});
  network.advance(election * 3);
  EXPECT_TRUE(all_know(network, seats({0, 1, 2, 3, 4})));
  EXPECT_EQ(network.height(4), network.height(0));
  EXPECT_EQ(network.engine(0).fault_bound(), 2u);
  EXPECT_TRUE(network.makes_progress(election * 5));
  EXPECT_TRUE(network.violations().empty());
}

TEST(RaftMembership, OneBecomesThree) {
  EngineNetwork network(options_of(3, 1));
  network.offer(0, 5);
  network.advance(election);
  network.set_voters({0, 1, 2});
  network.advance(election * 3);
  ASSERT_TRUE(all_know(network, seats({0, 1, 2})));
  network.crash(0);
  network.offer(1, 1);
  network.advance(election * 6);
  EXPECT_TRUE(network.sealed(2, network.offered().back()));
}

TEST(RaftMembership, AMovedSeatServesWithoutTheOldOne) {
  EngineNetwork network(options_of(4, 3));
  network.advance(election * 3);
  network.set_voters({0, 1, 3});
  network.advance(election * 3);
  ASSERT_TRUE(all_know(network, seats({0, 1, 3})));
  network.crash(2);
  network.offer(0, 3);
  network.advance(election * 5);
  EXPECT_TRUE(network.sealed(3, network.offered().back()));
}

TEST(RaftMembership, ARemovedLeaderStepsDownOnceThatIsCommitted) {
  EngineNetwork network(options_of(3, 3));
  network.advance(election * 3);
  const std::uint32_t leader = *network.leader(0);
  std::vector<std::uint32_t> rest;
  for (std::uint32_t v = 0; v < 3; ++v) {
    if (v != leader) rest.push_back(v);
  }
  network.set_voters(rest);
  network.advance(election);
  EXPECT_NE(network.leader(leader), std::optional(leader));
  EXPECT_FALSE(network.engine(leader).next_wakeup()) << "it campaigns no more";
  network.offer(rest[0], 1);
  network.advance(election * 6);
  EXPECT_TRUE(network.sealed(rest[1], network.offered().back()));
  EXPECT_TRUE(network.violations().empty());
}

TEST(RaftMembership, ADeadSeatIsReplacedByOneThatCatchesUpByBlocks) {
  EngineNetworkOptions options = options_of(4, 3);
  std::get<RaftParameters>(options.parameters).kept_entries = 4;
  options.block.max_transactions = 1;
  EngineNetwork network(options);
  network.advance(election * 3);
  const std::uint32_t dead = (*network.leader(0) + 1) % 3;
  const std::uint32_t alive = (*network.leader(0) + 2) % 3;
  network.crash(dead);
  network.offer(alive, 50);
  network.advance(election * 8);
  std::vector<std::uint32_t> wanted;
  for (std::uint32_t v = 0; v < 4; ++v) {
    if (v != dead) wanted.push_back(v);
  }
  network.set_voters(wanted);
  network.advance(election * 4);
  EXPECT_TRUE(all_know(network, network.voters()));
  EXPECT_EQ(network.height(3), network.height(alive));
  EXPECT_TRUE(network.violations().empty());
}

TEST(RaftMembership, ARestartedMemberKnowsWhoVotes) {
  EngineNetworkOptions options = options_of(4, 3);
  std::get<RaftParameters>(options.parameters).kept_entries = 1;
  EngineNetwork network(options);
  network.advance(election * 3);
  network.set_voters({0, 1, 2, 3});
  network.advance(election * 3);
  network.offer(0, 20);
  network.advance(election * 3);
  network.crash(3);
  network.restart(3);
  EXPECT_EQ(network.engine(3).committed_voters(), seats({0, 1, 2, 3}));
}

TEST(RaftMembership, ASeatThatIsNotCountedGivesNoVote) {
  Validator validator(4);
  validator.hear(1, RaftVoteRequest{5, false, 0, 0, {1}, seats({0, 1, 2})});
  EXPECT_EQ(validator.said<RaftVoteReply>().granted, true);
  Validator newcomer(4);
  newcomer.config.self = ValidatorIndex{3};
  newcomer.config.founders = seats({0, 1, 2});
  newcomer.start();
  EXPECT_FALSE(newcomer.engine->next_wakeup()) << "nobody counts it yet";
  newcomer.hear(1, RaftVoteRequest{5, false, 0, 0, {1}, seats({0, 1, 2})});
  EXPECT_TRUE(newcomer.outputs.empty());
  newcomer.hear(1, RaftVoteRequest{5, false, 0, 0, {1}, seats({0, 1, 3})});
  EXPECT_EQ(newcomer.said<RaftVoteReply>().granted, true);
}

TEST(RaftMembership, WhatAnEarlierSeatOfACitySaidIsIgnored) {
  Validator validator(4);
  // From seat 3 as the link has it, from seat 2 as the message says: an earlier life of that city.
  validator.step(MessageArrived{{3}, RaftVoteRequest{5, false, 0, 0, {2}, seats({0, 1, 2})}});
  EXPECT_TRUE(validator.outputs.empty());
  validator.wake();
  validator.outputs.clear();
  validator.step(MessageArrived{{3}, RaftVoteReply{1, true, true, {2}}});
  validator.step(MessageArrived{{3}, RaftVoteReply{1, true, true, {2}}});
  EXPECT_TRUE(validator.outputs.empty());
}

TEST(RaftMembership, AConfigurationThatIsOverwrittenCountsNoMore) {
  RaftLog log({}, {}, seats({0, 1, 2}));
  log.append(1, nullptr);
  log.append(1, nullptr, seats({0, 1, 2, 3}));
  EXPECT_EQ(log.voters(), seats({0, 1, 2, 3}));
  EXPECT_EQ(log.voters_index(), 2u);
  EXPECT_EQ(log.voters_at(1), seats({0, 1, 2}));
  ASSERT_TRUE(log.take({entry(2, 2)}, 0));
  EXPECT_EQ(log.voters(), seats({0, 1, 2}));
}

TEST(RaftMembership, ATrimmedLogKeepsItsConfiguration) {
  RaftLog log({}, {}, seats({0, 1, 2}));
  log.append(1, nullptr, seats({0, 1}));
  log.append(1, nullptr, seats({0}));
  log.trim_to(1);
  EXPECT_EQ(log.base().voters, seats({0, 1}));
  EXPECT_EQ(log.voters(), seats({0}));
  log.reset_to({9, 4, 0, seats({0, 3})});
  EXPECT_EQ(log.voters(), seats({0, 3}));
  EXPECT_EQ(RaftLog(log.base(), {}, seats({7})).voters(), seats({0, 3}));
}

TEST(RaftMembership, RoundsEndWithOneThatIsShorterThanAnElection) {
  RaftCatchUp catch_up({3}, 100, Instant{});
  catch_up.reached(99, 150, Instant{} + election / 2, election);
  EXPECT_FALSE(catch_up.done());
  catch_up.reached(100, 150, Instant{} + election * 2, election);  // slow: another round, to 150
  EXPECT_FALSE(catch_up.done());
  catch_up.reached(149, 160, Instant{} + election * 2, election);
  EXPECT_FALSE(catch_up.done());
  catch_up.reached(150, 160, Instant{} + election * 5 / 2, election);
  EXPECT_TRUE(catch_up.done());
}

// ---- a swarm ----

std::vector<std::uint32_t> some_seats(Random& random, std::uint32_t seat_count) {
  std::vector<std::uint32_t> some;
  for (std::uint32_t seat = 0; seat < seat_count; ++seat) {
    if (random.chance(0.5)) some.push_back(seat);
  }
  if (some.empty()) some.push_back(static_cast<std::uint32_t>(random.below(seat_count)));
  return some;
}

// What happens may take a majority away for a while, never for good.
void something_happens(EngineNetwork& network, Random& random) {
  const auto anyone = [&] { return static_cast<std::uint32_t>(random.below(network.validators())); };
  switch (random.below(14)) {
    case 0:
      return network.crash(anyone());
    case 1:
      return network.crash_after(anyone(), static_cast<std::uint32_t>(1 + random.below(12)));
    case 2:
    case 3:
      return network.restart(anyone());
    case 4:
      return network.isolate(anyone());
    case 5:
      return network.lose(random.unit() * 0.3);
    case 6:
      return network.duplicate(random.unit() * 0.5);
    case 7:
    case 8:
      return network.heal();
    case 9:
    case 10:
    case 11:
      return network.set_voters(some_seats(random, network.validators()));
    default:
      return network.offer(anyone(), static_cast<std::uint32_t>(1 + random.below(10)));
  }
}

TEST(RaftMembership, ASwarmOfChangesIsSafeAndEndsAsWanted) {
  std::set<std::vector<ValidatorIndex>> seen;
  Height blocks = 0;
  for (std::uint64_t seed = 1; seed <= 200 && !testing::Test::HasFailure(); ++seed) {
    Random random = Random(seed).fork("membership");
    const auto seat_count = static_cast<std::uint32_t>(2 + random.below(5));
    EngineNetworkOptions options =
        options_of(seat_count, static_cast<std::uint32_t>(1 + random.below(seat_count)), seed);
    options.jitter = random.chance(0.5) ? options.delay * 3 : Duration{};
    std::get<RaftParameters>(options.parameters).kept_entries = static_cast<std::uint32_t>(1 + random.below(20));
    EngineNetwork network(options);
    for (int i = 0; i < 60 && network.violations().empty(); ++i) {
      something_happens(network, random);
      network.advance(random.between(Duration{}, election * 2));
      for (std::uint32_t v = 0; v < seat_count; ++v) {
        if (network.up(v)) seen.insert(network.engine(v).committed_voters());
      }
    }
    const Duration backlog = milliseconds(320) * static_cast<std::int64_t>(network.offered().size());
    EXPECT_TRUE(network.makes_progress(election * 40 + backlog)) << "seed " << seed;
    network.advance(election * 10);
    EXPECT_TRUE(all_know(network, network.voters())) << "seed " << seed;
    for (const std::string& violation : network.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
    Height highest = 0;
    for (std::uint32_t v = 0; v < seat_count; ++v) highest = std::max(highest, network.height(v));
    blocks += highest;
  }
  // A swarm in which nothing happens proves nothing.
  EXPECT_GT(seen.size(), 50u);
  EXPECT_GT(blocks, 500u);
}

}  // namespace
}  // namespace bsn
