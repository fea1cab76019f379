// Whose slot it is: EOS' schedule and XuperChain's, with its pauses.
#include "node/dpos_schedule.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

DposParameters eos() { return {}; }

DposParameters xuperchain() {
  DposParameters tdpos;
  tdpos.slot = seconds(3);
  tdpos.turn_blocks = 20;
  tdpos.handover_pause = seconds(2);
  tdpos.term_pause = seconds(3);
  return tdpos;
}

TEST(DposSchedule, OfEosChangesProducersEveryTwelveBlocksOfHalfASecond) {
  const DposSchedule schedule(eos(), 21);
  EXPECT_EQ(schedule.at(Instant{} + milliseconds(5500))->producer.value, 0u);
  EXPECT_TRUE(schedule.at(Instant{} + milliseconds(5500))->ends_turn);
  EXPECT_EQ(schedule.at(Instant{} + seconds(6))->producer.value, 1u);
  EXPECT_EQ(schedule.at(Instant{} + seconds(126))->producer.value, 0u);
  EXPECT_EQ(schedule.at(Instant{} + seconds(126))->number, 252u);
}

TEST(DposSchedule, HasNoSlotBetweenTwo) {
  const DposSchedule schedule(eos(), 21);
  EXPECT_EQ(schedule.at(Instant{} + milliseconds(501)), std::nullopt);
  EXPECT_EQ(schedule.at(Instant{-1}), std::nullopt);
}

TEST(DposSchedule, OfXuperchainRestsBetweenProducersAndBetweenTerms) {
  const DposSchedule schedule(xuperchain(), 2);
  EXPECT_EQ(schedule.slot(19).time, Instant{} + seconds(57));
  EXPECT_EQ(schedule.slot(20).time, Instant{} + seconds(62));   // 57 + 3 + 2
  EXPECT_EQ(schedule.slot(40).time, Instant{} + seconds(125));  // 62 + 57 + 3 + 3
  EXPECT_EQ(schedule.slot(40).producer.value, 0u);
  EXPECT_EQ(schedule.at(Instant{} + seconds(60)), std::nullopt);
  EXPECT_EQ(schedule.next(Instant{} + seconds(58)).number, 20u);
  EXPECT_EQ(schedule.next(Instant{} + seconds(122)).number, 40u);
}

TEST(DposSchedule, EverySlotIsFoundByItsTimeAndFollowsTheOneBefore) {
  for (const auto& [parameters, producers] : {std::pair{eos(), 21u}, {xuperchain(), 2u}, {xuperchain(), 1u}}) {
    const DposSchedule schedule(parameters, producers);
    for (std::uint64_t n = 0; n < 1000; ++n) {
      const auto slot = schedule.slot(n);
      EXPECT_EQ(schedule.at(slot.time), slot) << n;
      EXPECT_EQ(schedule.next(slot.time), schedule.slot(n + 1)) << n;
      EXPECT_EQ(schedule.next(schedule.slot(n + 1).time - nanoseconds(1)), schedule.slot(n + 1)) << n;
    }
  }
}

TEST(DposSchedule, KnowsTheNextSlotOfEachProducer) {
  const DposSchedule schedule(xuperchain(), 3);
  for (std::uint64_t n = 0; n < 200; ++n) {
    const Instant time = schedule.slot(n).time;
    for (std::uint32_t p = 0; p < 3; ++p) {
      auto next = schedule.next(time);
      while (next.producer.value != p) next = schedule.next(next.time);
      EXPECT_EQ(schedule.next_of({p}, time), next) << n << " " << p;
    }
  }
}

TEST(DposSchedule, TakesTheFirstValidatorsWhenThereAreMoreThanProducers) {
  DposParameters few = eos();
  few.producers = 3;
  EXPECT_EQ(DposSchedule(few, 30).producers(), 3u);
  EXPECT_EQ(DposSchedule(few, 2).producers(), 2u);
  EXPECT_FALSE(DposSchedule(few, 30).is_producer({3}));
}

}  // namespace
}  // namespace bsn
