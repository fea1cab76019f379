#include "relay/proof_courier.h"

#include <gtest/gtest.h>

#include "core/voters_seal.h"

namespace bsn {
namespace {

const ChainName source{"fabric", "trade"}, hub{"irita-hub", "main"};

// A courier, and whoever answers it.
struct Desk {
  const RelayLane lane{{hub, source, {"neo", "main"}}};
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
  void add(std::uint64_t sequence) {
    RelayTask task;
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
  std::vector<SubmitCall> answer(const WantFacts& want) {
    out.clear();
    courier.take(now,
                 GotFacts{want.request, FinalHeader{header(), CertificateEvidence{}},
                          std::vector<Fact>(want.keys.size(), {"value", "proof"})},
                 out);
    std::vector<SubmitCall> calls;
    for (RelayerOutput& one : out) calls.push_back(std::get<SubmitCall>(one));
    return calls;
  }
  void end(const SubmitCall& call, CallEnded::How how, const std::string& value = "advanced") {
    courier.take(now, CallEnded{call.request, how, value});
  }
};

TEST(ProofCourier, TheNextBatchDoesNotWaitForTheCallsOfTheLast) {
  Desk desk;
  desk.add(1);
  const auto first = desk.answer(*desk.question());
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].call.function, "update");
  EXPECT_EQ(first[1].call.function, "relay");
  desk.add(2);
  const auto second = desk.answer(*desk.question());
  ASSERT_EQ(second.size(), 1U) << "the header is on its way already";
  EXPECT_EQ(second[0].call.function, "relay");
  EXPECT_EQ(desk.courier.backlog(), 2U);
  for (const SubmitCall& call : {first[0], first[1], second[0]}) desk.end(call, CallEnded::How::done);
  EXPECT_EQ(desk.courier.backlog(), 0U);
  EXPECT_EQ(desk.courier.counters().headers, 1U);
  EXPECT_EQ(desk.courier.counters().delivered, 2U);
}

TEST(ProofCourier, NeverHasMoreCallsUnderWayThanItMay) {
  Desk desk;
  for (std::uint64_t sequence = 1; sequence <= 2 * ProofCourier::under_way_max; ++sequence) desk.add(sequence);
  std::size_t calls = 0;
  while (const auto want = desk.question()) calls += desk.answer(*want).size();
  EXPECT_LE(calls, ProofCourier::under_way_max + 1);
  EXPECT_GT(calls, ProofCourier::under_way_max - ProofCourier::batch_max);
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
  for (const SubmitCall& call : desk.answer(*desk.question())) desk.end(call, CallEnded::How::done);
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
