// Who votes in a BFT network, and how its blocks change that while it runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/voters_seal.h"
#include "node/bft_voters.h"
#include "node/seat_sets.h"
#include "tests/dialogues/engine_network.h"
#include "tests/node/bad_weather.h"
#include "tests/node/bft_liar.h"
#include "tests/node/one_bft_engine.h"

namespace bsn {
namespace {

std::vector<ValidatorIndex> seats(std::initializer_list<std::uint32_t> numbers) {
  std::vector<ValidatorIndex> all;
  for (const std::uint32_t number : numbers) all.push_back({number});
  return all;
}

// ---- the set ----

BlockSealed sealed_with(const std::string& seal) {
  BlockSealed tip;
  tip.height = 7;
  tip.seal = seal;
  return tip;
}

TEST(BftVoters, AreThoseOfGenesisUntilABlockNamesOthers) {
  EXPECT_EQ(BftVoters(all_seats(4), {}).seats(), all_seats(4));
  EXPECT_EQ(BftVoters(all_seats(4), sealed_with("")).seats(), all_seats(4));
  EXPECT_EQ(BftVoters(all_seats(4), sealed_with(voters_seal(seats({0, 2, 3})))).seats(), seats({0, 2, 3}));
}

TEST(BftVoters, ABlockChangesOneSeatAtMost) {
  const BftVoters four(all_seats(4), {});
  EXPECT_EQ(four.after(""), all_seats(4));
  EXPECT_EQ(four.after(voters_seal(all_seats(5))), all_seats(5));
  EXPECT_EQ(four.after(voters_seal(seats({0, 1, 3}))), seats({0, 1, 3}));
  EXPECT_FALSE(four.after(voters_seal(all_seats(6)))) << "two come";
  EXPECT_FALSE(four.after(voters_seal(seats({0, 1, 2, 4})))) << "one comes and one goes";
  EXPECT_FALSE(four.after(voters_seal(all_seats(4)))) << "those of genesis have no seal";
  EXPECT_FALSE(four.after("bsn/voters/v1")) << "nobody";
  const BftVoters six(all_seats(4), sealed_with(voters_seal(all_seats(6))));
  EXPECT_FALSE(six.after("")) << "two go";
  EXPECT_EQ(six.after(six.seal_for(all_seats(6))), all_seats(6));
}

TEST(BftVoters, TurnsGoByPlaceAmongThem) {
  const BftVoters some(all_seats(4), sealed_with(voters_seal(seats({1, 4, 6}))));
  EXPECT_EQ(some.at(7), ValidatorIndex{4});
  EXPECT_EQ(some.behind({4}, 0), ValidatorIndex{4});
  EXPECT_EQ(some.behind({4}, 2), ValidatorIndex{1});
  EXPECT_EQ(some.behind({5}, 0), ValidatorIndex{6}) << "a primary that votes no more";
  EXPECT_EQ(some.behind({9}, 0), ValidatorIndex{1});
  EXPECT_EQ(some.distance({4}, {1}), 2u);
  EXPECT_EQ(some.distance({9}, {4}), 1u);
  EXPECT_EQ(some.quorum(), 3u);
  EXPECT_EQ(some.one_correct(), 1u);
}

// ---- one engine ----

ProposalPtr with_seal(const OneBftEngine& bench, std::uint32_t proposer, const std::string& seal) {
  Proposal proposal = *bench.value(proposer);
  proposal.seal = seal;
  return std::make_shared<Proposal>(std::move(proposal));
}

// Validator 0 of four; 1 proposes at height 1.
class OneOfFour : public testing::Test {
 protected:
  OneBftEngine bench{0, 4, BftParameters{}};
  const std::string three = voters_seal(seats({0, 1, 2}));
};

TEST_F(OneOfFour, PrevotesNilForAChangeThatItDoesNotWant) {
  bench.hear_proposal(1, 0, with_seal(bench, 1, three));
  EXPECT_TRUE(bench.last_vote().proposal.is_zero());
}

TEST_F(OneOfFour, PrevotesTheChangeThatItWants) {
  bench.set_voters(4, seats({0, 1, 2}));
  const ProposalPtr value = with_seal(bench, 1, three);
  bench.hear_proposal(1, 0, value);
  EXPECT_EQ(bench.last_vote().proposal, proposal_digest(*value));
}

TEST_F(OneOfFour, PrevotesNilForNoStepAtAll) {
  bench.set_voters(4, seats({0, 1}));
  bench.hear_proposal(1, 0, with_seal(bench, 1, voters_seal(seats({0, 1}))));
  EXPECT_TRUE(bench.last_vote().proposal.is_zero());
}

TEST_F(OneOfFour, DecidesWhatTheOthersHavePrecommittedThoughItDidNotWantIt) {
  const ProposalPtr value = with_seal(bench, 1, three);
  bench.hear_proposal(1, 0, value);
  for (std::uint32_t other = 1; other < 4; ++other) bench.hear_precommit(other, 0, proposal_digest(*value));
  ASSERT_EQ(bench.decided.size(), 1u);
  EXPECT_EQ(bench.engine().committed_voters(), seats({0, 1, 2}));
}

TEST_F(OneOfFour, PrevotesAnUnwantedChangeOnceOneCorrectValidatorHas) {
  const ProposalPtr value = with_seal(bench, 1, three);
  bench.hear_proposal(1, 0, value);
  bench.hear_prevote(1, 0, proposal_digest(*value));
  bench.hear_proposal(2, 1, value, 0);
  for (std::uint32_t other = 1; other < 3; ++other) bench.hear_prevote(other, 1, Digest{});  // so it is in round 1
  EXPECT_TRUE(bench.last_vote().proposal.is_zero()) << "one of them may lie";
  bench.hear_prevote(3, 0, proposal_digest(*value));
  for (std::uint32_t other = 1; other < 3; ++other) bench.hear_prevote(other, 2, Digest{});
  bench.hear_proposal(3, 2, value, 0);
  ASSERT_EQ(bench.last_vote().round, 2u);
  EXPECT_EQ(bench.last_vote().proposal, proposal_digest(*value));
}

TEST_F(OneOfFour, CountsNobodyWhoseVoteIsTakenAway) {
  bench.set_voters(4, seats({0, 1, 2}));
  const ProposalPtr first = with_seal(bench, 1, three);
  bench.hear_proposal(1, 0, first);
  for (std::uint32_t other = 1; other < 4; ++other) bench.hear_precommit(other, 0, proposal_digest(*first));
  ASSERT_EQ(bench.decided.size(), 1u);
  const ProposalPtr second = with_seal(bench, 2, three);  // place 2 of three
  bench.hear_proposal(2, 0, second);
  for (const std::uint32_t other : {2u, 3u}) bench.hear_precommit(other, 0, proposal_digest(*second));
  EXPECT_EQ(bench.decided.size(), 1u) << "quorum is three of three, and 3 does not vote";
  for (const std::uint32_t other : {1u, 2u}) bench.hear_prevote(other, 0, proposal_digest(*second));
  bench.hear_precommit(1, 0, proposal_digest(*second));
  EXPECT_EQ(bench.decided.size(), 2u);
}

// ---- networks ----

EngineNetworkOptions options_of(std::uint32_t seat_count, std::uint32_t founders, bool rests = false,
                                std::uint64_t seed = 1) {
  BftParameters bft;
  bft.interval = milliseconds(200);
  bft.empty_interval = rests ? Duration{} : milliseconds(200);
  bft.propose_timeout = milliseconds(600);
  bft.vote_timeout = milliseconds(200);
  bft.timeout_step = milliseconds(100);
  if (rests) bft.rotation = BftParameters::Rotation::on_view_change;
  EngineNetworkOptions options;
  options.validators = seat_count;
  options.founders = founders;
  options.seed = seed;
  options.parameters = bft;
  return options;
}

bool all_know(const EngineNetwork& network, const std::vector<ValidatorIndex>& voters) {
  return std::all_of(voters.begin(), voters.end(),
                     [&](ValidatorIndex v) { return network.engine(v.value).committed_voters() == voters; });
}

TEST(BftMembership, AddsOneAfterTheOther) {
  for (const bool rests : {false, true}) {
    EngineNetwork network(options_of(7, 4, rests));
    network.advance(seconds(1));
    network.offer(0, 3);
    network.advance(seconds(1));
    network.set_voters({0, 1, 2, 3, 4, 5, 6});
    network.advance(seconds(8));
    EXPECT_TRUE(all_know(network, all_seats(7))) << rests;
    EXPECT_EQ(network.engine(6).fault_bound(), 2u);
    network.isolate(0);
    network.isolate(1);
    network.offer(5, 1);
    network.advance(seconds(20));
    EXPECT_TRUE(network.sealed(6, network.offered().back())) << "it takes the newcomers' votes";
    EXPECT_TRUE(network.makes_progress(seconds(30)));
    EXPECT_TRUE(network.violations().empty());
  }
}

TEST(BftMembership, AMovedSeatServesWithoutTheOldOne) {
  for (const bool rests : {false, true}) {
    EngineNetwork network(options_of(5, 4, rests));
    network.offer(0, 3);
    network.advance(seconds(1));
    network.set_voters({0, 1, 2, 4});
    network.advance(seconds(8));
    ASSERT_TRUE(all_know(network, seats({0, 1, 2, 4}))) << rests;
    network.crash(3);
    network.crash(0);
    network.offer(1, 2);
    network.advance(seconds(20));
    EXPECT_TRUE(network.sealed(4, network.offered().back())) << rests;
    EXPECT_TRUE(network.violations().empty());
  }
}

TEST(BftMembership, ADeadSeatIsReplaced) {
  EngineNetwork network(options_of(5, 4));
  network.advance(seconds(2));
  network.crash(2);
  network.advance(seconds(6));
  network.set_voters({0, 1, 3, 4});
  network.advance(seconds(10));
  EXPECT_TRUE(all_know(network, network.voters()));
  EXPECT_TRUE(network.violations().empty());
}

TEST(BftMembership, ASeatThatIsNotThereGetsNoVote) {
  EngineNetwork network(options_of(5, 4));
  network.crash(4);
  network.set_voters({0, 1, 2, 3, 4});
  network.advance(seconds(10));
  EXPECT_EQ(network.engine(0).committed_voters(), all_seats(4));
  network.restart(4);
  network.advance(seconds(5));
  EXPECT_TRUE(all_know(network, all_seats(5)));
}

TEST(BftMembership, WhoeverRestartsKnowsWhoVotes) {
  EngineNetwork network(options_of(5, 4));
  network.set_voters({0, 1, 2, 3, 4});
  network.advance(seconds(5));
  network.crash(4);
  network.restart(4);
  EXPECT_EQ(network.engine(4).committed_voters(), all_seats(5));
}

TEST(BftMembership, AWishThatOnlyOneKnowsKeepsNothingUp) {
  EngineNetwork network(options_of(5, 4));
  network.advance(seconds(1));
  network.isolate(0);
  network.heal();
  network.tell_voters(0, {0, 1, 2});
  network.offer(1, 3);
  network.advance(seconds(10));
  EXPECT_TRUE(network.sealed(2, network.offered().back()));
  EXPECT_EQ(network.engine(0).committed_voters(), all_seats(4));
  EXPECT_GE(network.height(1), 8u);
}

// Seats come and go in bad weather, seat 0 lies all the time; at least four shall vote, so that it is one of f.
class ChangingWeather {
 public:
  explicit ChangingWeather(std::uint64_t seed)
      : random_(Random(seed).fork("changes")),
        network_(options(seed)),
        liar_({0}, random_.unit(), random_.fork("lies")) {
    network_.tamper([this](auto from, auto to, const auto& message) { return liar_.tell(from, to, message); });
  }

  void run() {
    for (int i = 0; i < 50 && network_.violations().empty(); ++i) {
      happen();
      network_.advance(random_.between(Duration{}, milliseconds(1500)));
    }
  }

  EngineNetwork& network() { return network_; }

 private:
  EngineNetworkOptions options(std::uint64_t seed) {
    EngineNetworkOptions options = options_of(8, 4 + static_cast<std::uint32_t>(random_.below(3)), random_.chance(0.5));
    options.seed = seed;
    options.jitter = random_.between(Duration{}, milliseconds(80));
    return options;
  }

  void change() {
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t v = 0; v < network_.validators(); ++v) {
      const bool must = network_.validators() - v <= 4 - std::min<std::size_t>(4, wanted.size());
      if (v == 0 || must || random_.chance(0.6)) wanted.push_back(v);
    }
    network_.set_voters(wanted);
  }

  void happen() {
    static constexpr std::array mix = {Weather::lose,        Weather::duplicate, Weather::isolate, Weather::heal,
                                       Weather::crash_after, Weather::restart,   Weather::offer,   Weather::offer};
    if (random_.chance(0.1)) return change();
    bsn::happen(network_, random_, mix);
  }

  Random random_;
  EngineNetwork network_;
  BftLiar liar_;
};

TEST(BftMembership, ChangesInBadWeatherNeverForkAndAreMadeWhenItClears) {
  std::uint64_t changed = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    ChangingWeather weather(seed);
    weather.run();
    EngineNetwork& network = weather.network();
    ASSERT_TRUE(network.violations().empty()) << "seed " << seed << ": " << network.violations().front();
    network.tamper({});
    ASSERT_TRUE(network.makes_progress(seconds(120))) << "seed " << seed;
    network.advance(seconds(60));
    ASSERT_TRUE(all_know(network, network.voters())) << "seed " << seed;
    ASSERT_TRUE(network.violations().empty()) << "seed " << seed << ": " << network.violations().front();
    changed += network.engine(0).committed_voters() != all_seats(8) ? 1 : 0;
  }
  EXPECT_GT(changed, 100u);
}

}  // namespace
}  // namespace bsn
