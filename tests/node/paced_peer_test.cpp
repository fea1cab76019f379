// A chain peer whose work takes time.
#include "node/paced_peer.h"

#include <gtest/gtest.h>

#include "tests/node/city_network.h"
#include "tests/node/scripted_engine.h"

namespace bsn {
namespace {

MakeEngine scripted() {
  return [](const EngineConfig& config, const DurableState&, const BlockSealed& tip, Instant now) {
    return make_scripted_engine({}, config, tip, now);
  };
}

PacedPeer peer_that_costs(const TransactionCost& cost) {
  return PacedPeer({test_chain(1, 0, RaftParameters{}), {0}, 1, {}, Instant{}, scripted()}, cost, Instant{});
}

CallArrived write(std::uint64_t id, Level level = Level::accepted, Duration at = {}) {
  const Call call = test_submit(std::to_string(id), "kv", "put", {"k" + std::to_string(id), "v"}, level);
  return {CallId{id}, call, Instant{} + at, Instant::max()};
}

std::vector<Answer> answers(const std::vector<ChainPeerOutput>& outputs) {
  std::vector<Answer> found;
  for (const ChainPeerOutput& output : outputs) {
    if (const auto* answer = std::get_if<Answer>(&output)) found.push_back(*answer);
  }
  return found;
}

// Sleeps until it rests or `until`; the answers that came with the times.
std::vector<std::pair<Instant, Answer>> drive(PacedPeer& peer, Instant until) {
  std::vector<std::pair<Instant, Answer>> found;
  while (peer.next_wakeup() && *peer.next_wakeup() <= until) {
    const Instant now = *peer.next_wakeup();
    std::vector<ChainPeerOutput> out;
    peer.advance_to(now, out);
    for (const Answer& answer : answers(out)) found.emplace_back(now, answer);
  }
  return found;
}

TEST(PacedPeer, WithoutACostEverythingHappensAtOnce) {
  PacedPeer peer = peer_that_costs({});
  std::vector<ChainPeerOutput> out;
  for (std::uint64_t id = 1; id <= 10; ++id) peer.step(Instant{}, write(id), out);
  EXPECT_EQ(answers(out).size(), 10u);
}

TEST(PacedPeer, WhatComesWhileItWorksWaitsInOrderAndCountsAsQueue) {
  PacedPeer peer = peer_that_costs({.verify = milliseconds(10)});
  std::vector<ChainPeerOutput> out;
  for (std::uint64_t id = 1; id <= 4; ++id) peer.step(Instant{}, write(id), out);
  EXPECT_EQ(answers(out).size(), 1u);
  const auto later = drive(peer, Instant{} + milliseconds(35));
  ASSERT_EQ(later.size(), 3u);
  for (std::uint64_t n = 0; n < 3; ++n) {
    EXPECT_EQ(later[n].first, Instant{} + milliseconds(10) * static_cast<std::int64_t>(n + 1));
    EXPECT_EQ(later[n].second.id, CallId{n + 2});
    EXPECT_EQ(later[n].second.reply.split.node_queue, milliseconds(10) * static_cast<std::int64_t>(n + 1));
  }
}

TEST(PacedPeer, ABlockOfItsOwnCostsItsExecution) {
  PacedPeer peer = peer_that_costs({.execute = milliseconds(300)});
  std::vector<ChainPeerOutput> out;
  for (std::uint64_t id = 1; id <= 3; ++id) peer.step(Instant{}, write(id, Level::final_), out);
  std::optional<Instant> sealed;
  while (!sealed) {
    const Instant now = peer.next_wakeup().value();
    out.clear();
    peer.advance_to(now, out);
    if (!answers(out).empty()) sealed = now;
  }
  out.clear();
  peer.step(*sealed, write(9), out);
  EXPECT_TRUE(answers(out).empty()) << "three transactions keep it busy for 900 ms";
  const auto later = drive(peer, *sealed + milliseconds(900));
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].first, *sealed + milliseconds(900));
}

TEST(PacedPeer, ACancelledCallThatWaitsIsNeverTakenUp) {
  PacedPeer peer = peer_that_costs({.verify = milliseconds(10)});
  std::vector<ChainPeerOutput> out;
  for (std::uint64_t id = 1; id <= 2; ++id) peer.step(Instant{}, write(id), out);
  peer.step(Instant{}, CallCancelled{CallId{2}}, out);
  EXPECT_TRUE(drive(peer, Instant{} + milliseconds(50)).empty());
}

TEST(PacedPeer, BeyondItsBoundItRefusesCalls) {
  PacedPeer peer = peer_that_costs({.verify = seconds(1)});
  std::vector<ChainPeerOutput> out;
  for (std::uint64_t id = 1; id <= PacedPeer::waiting_max + 1; ++id) peer.step(Instant{}, write(id), out);
  ASSERT_EQ(answers(out).size(), 1u);
  out.clear();
  peer.step(Instant{} + milliseconds(7), write(99'999, Level::accepted, milliseconds(5)), out);
  ASSERT_EQ(answers(out).size(), 1u);
  EXPECT_EQ(answers(out)[0].reply.status, Status::resource_exhausted);
  EXPECT_EQ(answers(out)[0].reply.split.node_queue, milliseconds(2));
}

}  // namespace
}  // namespace bsn
