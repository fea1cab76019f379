#include "relay/proof_courier.h"

#include <gtest/gtest.h>

#include <set>

#include "core/voters_seal.h"

namespace bsn {
namespace {

const ChainName source{"fabric", "trade"}, hub{"irita-hub", "main"};

// A courier, and whoever answers it.
struct Desk {
  const RelayLane lane{PacketLane{hub, source, {"neo", "main"}}};
  ProofCourier courier{source, hub, true, "one", 0};
  std::vector<RelayerOutput> out;
  Instant now;
  Height height = 1;
  std::string seal = voters_seal({{0}, {1}, {2}});

  Desk() { courier.witness_is_at(header()); }

  BlockHeader header() const {
    BlockHeader header;
    header.height = height;
    header.seal = seal;
    return header;
  }
  void add(std::uint64_t sequence, std::size_t bytes = 100) {
    RelayTask task;
    task.bytes = static_cast<std::uint32_t>(bytes);
    task.id = {&lane, RelayStep::relay, sequence};
    courier.add(now, task);
  }
  // What it asks now; nullopt: nothing.
  std::optional<WantFacts> question() {
    out.clear();
    courier.start(now, out);
    if (out.empty()) return std::nullopt;
    return std::get<WantFacts>(out.front());
  }
  // Every key holds something at the newest header. What it submits.
  std::vector<SubmitCall> answer(const WantFacts& want, const std::string& proof = "proof") {
    out.clear();
    std::vector<Facts> facts;
    for (const auto& keys : want.keys) facts.push_back({{keys.size(), "value"}, proof});
    courier.take(now, GotFacts{want.request, FinalHeader{header(), CertificateEvidence{}}, facts}, out);
    std::vector<SubmitCall> calls;
    for (RelayerOutput& one : out) calls.push_back(std::get<SubmitCall>(one));
    return calls;
  }
  void end(const SubmitCall& call, CallEnded::How how, const std::string& value = "advanced") {
    courier.take(now, CallEnded{call.request, how, value});
  }
  // The call was executed: of its items those of `refused` were refused.
  void end_batch(const SubmitCall& call, const std::set<std::uint64_t>& refused = {}) {
    std::string results;
    for (const std::uint64_t sequence : sequences(call)) append_result(!refused.contains(sequence), "", results);
    end(call, CallEnded::How::done, results);
  }
  static std::vector<std::uint64_t> sequences(const SubmitCall& call) {
    std::vector<std::uint64_t> all;
    const auto lanes = decode_batch(call.call.args[2]);
    for (const LaneItems& items : *lanes) {
      for (const BatchItem& item : items.items) all.push_back(item.number);
    }
    return all;
  }
};

TEST(ProofCourier, TheNextBatchDoesNotWaitForTheCallsOfTheLast) {
  Desk desk;
  desk.add(1);
  const auto first = desk.answer(*desk.question());
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].call.function, "update");
  EXPECT_EQ(first[1].call.function, "deliver");
  desk.add(2);
  const auto second = desk.answer(*desk.question());
  ASSERT_EQ(second.size(), 1U) << "the header is on its way already";
  EXPECT_EQ(second[0].call.function, "deliver");
  EXPECT_EQ(desk.courier.backlog(), 2U);
  desk.end(first[0], CallEnded::How::done);
  for (const SubmitCall& call : {first[1], second[0]}) desk.end_batch(call);
  EXPECT_EQ(desk.courier.backlog(), 0U);
  EXPECT_EQ(desk.courier.counters().headers, 1U);
  EXPECT_EQ(desk.courier.counters().delivered, 2U);
}

TEST(ProofCourier, NeverHasMoreUnderWayThanItMay) {
  Desk desk;
  for (std::uint64_t sequence = 1; sequence <= 2 * ProofCourier::under_way_max; ++sequence) desk.add(sequence);
  std::size_t items = 0;
  while (const auto want = desk.question()) {
    for (const SubmitCall& call : desk.answer(*want)) {
      if (call.call.function == "deliver") items += Desk::sequences(call).size();
    }
  }
  EXPECT_LE(items, ProofCourier::under_way_max);
  EXPECT_GT(items, ProofCourier::under_way_max - ProofCourier::turn_max);
}

TEST(ProofCourier, BringsSeveralTogetherWithinBounds) {
  Desk desk;
  for (std::uint64_t sequence = 1; sequence <= ProofCourier::batch_items + 3; ++sequence) desk.add(sequence);
  const auto few = desk.answer(*desk.question());
  ASSERT_EQ(few.size(), 3U) << "a header and two batches";
  EXPECT_EQ(Desk::sequences(few[1]).size(), ProofCourier::batch_items);
  EXPECT_EQ(Desk::sequences(few[2]), (std::vector<std::uint64_t>{65, 66, 67}));
  for (std::uint64_t sequence = 101; sequence <= 103; ++sequence) desk.add(sequence, ProofCourier::batch_bytes / 2);
  EXPECT_EQ(desk.question()->keys.size(), 3U) << "two of these have more bytes than a batch";
}

TEST(ProofCourier, WhatABatchIsTooLargeForGoesAlone) {
  Desk desk;
  for (const std::uint64_t sequence : {1, 2}) desk.add(sequence);
  const auto none = desk.answer(*desk.question(), std::string(CallLimits::total_bytes, 'p'));
  EXPECT_EQ(none.size(), 1U) << "the header alone";
  const auto want = desk.question();
  ASSERT_TRUE(want);
  EXPECT_EQ(want->keys.size(), 2U);
  EXPECT_EQ(desk.answer(*want).size(), 2U);
}

TEST(ProofCourier, AnItemThatIsRefusedKeepsTheOthersFromNothing) {
  Desk desk;
  for (const std::uint64_t sequence : {1, 2, 3}) desk.add(sequence);
  const auto calls = desk.answer(*desk.question());
  desk.end(calls[0], CallEnded::How::done);
  desk.end_batch(calls[1], {2});
  EXPECT_EQ(desk.courier.counters().delivered, 2U);
  EXPECT_EQ(desk.courier.counters().refused, 1U);
  EXPECT_EQ(desk.courier.backlog(), 1U) << "it is tried again";
}

// The proof is about every key that was asked about.
TEST(ProofCourier, WhatIsDoneMeanwhileGoesAlong) {
  Desk desk;
  for (const std::uint64_t sequence : {1, 2}) desk.add(sequence);
  const auto want = desk.question();
  desk.courier.drop({&desk.lane, RelayStep::relay, 1});
  const auto calls = desk.answer(*want);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(Desk::sequences(calls[1]), (std::vector<std::uint64_t>{1, 2}));
  desk.end_batch(calls[1], {1});
  EXPECT_EQ(desk.courier.backlog(), 0U);
  EXPECT_EQ(desk.courier.counters().refused, 0U) << "nobody waited for the other";
}

TEST(ProofCourier, ATaskThatIsRefusedRestsAlone) {
  Desk desk;
  desk.add(1);
  const auto calls = desk.answer(*desk.question());
  desk.end(calls[0], CallEnded::How::done);
  desk.end(calls[1], CallEnded::How::refused, "the lane is full");
  EXPECT_FALSE(desk.question());
  EXPECT_EQ(desk.courier.next_wakeup(), desk.now + ProofCourier::retry_after);
  desk.add(2);
  EXPECT_EQ(desk.question()->keys.size(), 1U) << "another one need not wait";
}

TEST(ProofCourier, PausesLongerWhenHeadersAreInVainAndSaysSo) {
  Desk desk;
  desk.add(1);
  Duration longest{};
  for (int i = 0; i < 20; ++i) {
    for (const SubmitCall& call : desk.answer(*desk.question())) {
      desk.end(call, CallEnded::How::refused, "the client expired");
    }
    const auto next = desk.courier.next_wakeup();
    ASSERT_TRUE(next);
    EXPECT_GE(*next - desk.now, longest);
    longest = *next - desk.now;
    desk.now = *next;
    ++desk.height;
  }
  EXPECT_EQ(longest, ProofCourier::rest);
  EXPECT_TRUE(desk.courier.stalled());
  EXPECT_EQ(desk.courier.last_failure(), "the client expired");
  desk.end(desk.answer(*desk.question())[0], CallEnded::How::done);
  EXPECT_FALSE(desk.courier.stalled());
}

TEST(ProofCourier, BringsAHeaderWhenTheVotersChangeThoughThereIsNothingToProve) {
  Desk desk;
  EXPECT_FALSE(desk.question()) << "who votes at first stands in the target's genesis";
  ++desk.height;
  desk.seal = voters_seal({{0}, {1}, {2}, {3}});
  desk.courier.witness_is_at(desk.header());
  EXPECT_TRUE(desk.courier.next_wakeup());
  const auto want = desk.question();
  ASSERT_TRUE(want);
  EXPECT_TRUE(want->keys.empty());
  EXPECT_EQ(want->voters, voters_seal({{0}, {1}, {2}})) << "those that the target believes sign";
  const auto calls = desk.answer(*want);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_FALSE(desk.question());
  desk.end(calls[0], CallEnded::How::done);
  EXPECT_FALSE(desk.question());
  EXPECT_FALSE(desk.courier.next_wakeup());
  desk.add(1);
  EXPECT_EQ(desk.question()->voters, desk.seal);
}

}  // namespace
}  // namespace bsn
