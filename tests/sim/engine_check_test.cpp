// Impossible parameters of every family are refused with the reason, and so are blocks faster than light allows.
#include "sim/engine_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/topology.h"
#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

auto refused(const std::string& key, const std::string& what) {
  return AllOf(Field(&EngineFinding::key, key), Field(&EngineFinding::what, HasSubstr(what)),
               Field(&EngineFinding::refused, true));
}
auto warned(const std::string& key, const std::string& what) {
  return AllOf(Field(&EngineFinding::key, key), Field(&EngineFinding::what, HasSubstr(what)),
               Field(&EngineFinding::refused, false));
}

// The policy's default parameters, changed.
template <class Policy, class Change>
EngineParameters slot_with(Change change) {
  Policy policy;
  change(policy);
  SlotParameters slot;
  slot.policy = policy;
  return slot;
}

TEST(EngineCheck, DefaultsOfEveryFamilyWork) {
  for (const EngineParameters& engine :
       {EngineParameters{RaftParameters{}}, EngineParameters{BftParameters{}}, EngineParameters{DposParameters{}},
        slot_with<TezosParameters>([](auto&) {}), slot_with<SolanaParameters>([](auto&) {}),
        slot_with<AlgorandParameters>([](auto&) {}), slot_with<PolkadotParameters>([](auto&) {}),
        slot_with<BityuanParameters>([](auto&) {}), EngineParameters{PowParameters{}}}) {
    EXPECT_THAT(check_engine(engine), IsEmpty()) << family_name(engine);
    EXPECT_THAT(check_committee(engine, 100, milliseconds(300)), IsEmpty()) << family_name(engine);
  }
}

TEST(EngineCheck, DposNeedsASlotATurnAndConfirmationsIfItCountsThem) {
  DposParameters dpos;
  dpos.slot = {};
  dpos.turn_blocks = 0;
  dpos.finality = DposParameters::Finality::confirmations;
  EXPECT_THAT(check_engine(dpos),
              ElementsAre(refused("dpos.slot", "time must pass"), refused("dpos.turn_blocks", "is 0"),
                          refused("dpos.confirmations", "is 0; a block is final when at least one stands upon it")));
}

TEST(EngineCheck, DposCantScheduleMoreProducersThanThereAre) {
  DposParameters dpos;
  dpos.producers = 21;
  EXPECT_THAT(check_committee(dpos, 20, {}),
              ElementsAre(refused("dpos.producers", "21 producers can't be drawn from 20 validators")));
  EXPECT_THAT(check_committee(dpos, 21, {}), IsEmpty());
}

TEST(EngineCheck, SlotPoliciesRefuseWhatTheyCantWorkWith) {
  EXPECT_THAT(check_engine(slot_with<TezosParameters>([](auto& tezos) { tezos.initial_endorsers = 33; })),
              ElementsAre(refused("slot.tezos.initial_endorsers", "33 endorsements can't come from 32")));
  EXPECT_THAT(check_engine(slot_with<SolanaParameters>([](auto& solana) { solana.threshold = 0.5; })),
              ElementsAre(refused("slot.solana.threshold", "above 0.5")));
  EXPECT_THAT(check_engine(slot_with<SolanaParameters>([](auto& solana) { solana.threshold_depth = 32; })),
              ElementsAre(refused("slot.solana.threshold_depth", "below the tower")));
  EXPECT_THAT(
      check_engine(slot_with<AlgorandParameters>([](auto& algorand) { algorand.deadline_timeout = seconds(4); })),
      ElementsAre(refused("slot.algorand.deadline_timeout", "4s ends a period")));
  EXPECT_THAT(check_engine(slot_with<PolkadotParameters>([](auto& polkadot) { polkadot.primary_probability = 0; })),
              ElementsAre(refused("slot.polkadot.primary_probability", "above 0")));
  EXPECT_THAT(check_engine(slot_with<BityuanParameters>([](auto& bityuan) { bityuan.retarget_blocks = 0; })),
              ElementsAre(refused("slot.bityuan.retarget_blocks", "is 0")));
}

TEST(EngineCheck, PowNeedsConfirmationsAndAnEpochThatCanBe) {
  PowParameters pow;
  pow.confirmations = 0;
  EXPECT_THAT(check_engine(pow), ElementsAre(refused("pow.confirmations", "is 0")));
  pow = {};
  pow.adjustment = PowParameters::Adjustment::nc_max;
  pow.epoch_blocks_min = 2000;
  pow.proposal_window_far = 1;
  EXPECT_THAT(check_engine(pow), ElementsAre(refused("pow.epoch_blocks_min", "2000 is above epoch_blocks_max of 1800"),
                                             refused("pow.proposal_window_close", "could never be committed")));
}

TEST(EngineCheck, AnIntervalBelowTheSlowestRoundTripIsRefusedWhereBlocksWouldFork) {
  DposParameters dpos;
  dpos.slot = milliseconds(100);
  EXPECT_THAT(check_committee(dpos, 21, milliseconds(300)),
              ElementsAre(refused("dpos.slot", "100ms is below the slowest link's round trip of 300 ms")));
  PowParameters pow;
  pow.interval = milliseconds(250);
  EXPECT_THAT(check_committee(pow, 21, milliseconds(300)), ElementsAre(refused("pow.interval", "250ms is below")));
  const auto solana = slot_with<SolanaParameters>([](auto&) {});
  EXPECT_THAT(check_committee(solana, 21, milliseconds(401)),
              ElementsAre(refused("slot.solana.slot", "400ms is below")));
}

TEST(EngineCheck, AndOnlyWarnedAboutWhereItIsMerelySlower) {
  BftParameters bft;
  bft.interval = milliseconds(100);
  EXPECT_THAT(check_committee(bft, 4, milliseconds(300)), ElementsAre(warned("bft.interval", "100ms is below")));
  RaftParameters raft;
  raft.batch_timeout = milliseconds(100);
  EXPECT_THAT(check_committee(raft, 3, milliseconds(300)), ElementsAre(warned("raft.batch_timeout", "100ms is below")));
}

TEST(EngineCheck, RaftCantElectWithinLessThanARoundTrip) {
  RaftParameters raft;
  raft.heartbeat = milliseconds(50);
  raft.election_timeout = milliseconds(200);
  EXPECT_THAT(check_committee(raft, 3, milliseconds(300)),
              testing::Contains(refused("raft.election_timeout", "votes would come after")));
}

TEST(EngineCheck, FewValidatorsTolerateNoFailure) {
  EXPECT_THAT(check_committee(BftParameters{}, 3, {}), ElementsAre(warned("bft", "fewer than 4")));
  EXPECT_THAT(check_committee(RaftParameters{}, 2, {}), ElementsAre(warned("raft", "fewer than 3")));
}

TEST(EngineCheck, TheSlowestRoundTripIsThatOfThePlacesFarthestApart) {
  WanParameters wan;
  const Place here{1.3, 103.8, Region::overseas, Provider::microsoft_azure};
  Place near = here, far = here;
  near.latitude = 3.1;
  far.longitude = -70;
  const Duration expected = link_profile(wan, here, far).base + link_profile(wan, far, here).base;
  EXPECT_EQ(slowest_round_trip(wan, {here, near, far, here}),
            std::max(expected, link_profile(wan, near, far).base * 2));
  EXPECT_EQ(slowest_round_trip(wan, {here, here}), Duration{});
}

TEST(TopologyCheck, NamesTheKeyAndTheChainOfAnIntervalThatIsTooShort) {
  Topology topology = two_city_scenario().topology;
  topology.networks[0].kind = NetworkKind::cross_chain;
  DposParameters dpos;
  dpos.slot = milliseconds(1);
  topology.networks[0].engine = dpos;
  topology.chains[0].validators = {"north", "south"};
  topology.chains[0].followers = {};
  EXPECT_THAT(check(topology), ElementsAre(AllOf(HasSubstr("networks[0].consensus.dpos.slot: 1ms is below the slowest"),
                                                 HasSubstr("(chain 'fabric/trade')"))));
}

TEST(TopologyCheck, WarnsOfWhatWorksHardly) {
  Topology topology = two_city_scenario().topology;
  topology.networks[0].kind = NetworkKind::cross_chain;
  EXPECT_THAT(check(topology), IsEmpty());
  EXPECT_THAT(warnings(topology), ElementsAre(HasSubstr("networks[0].consensus.raft: a majority of 1 validators")));
}

}  // namespace
}  // namespace bsn
