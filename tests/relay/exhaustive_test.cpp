// Visits every world that two chains, a hub and a few packets can come to, whatever relayers bring, and holds each to
// CONS, PKT, TMO, 2PATH and BANK; and from each of them some way leads to an end of all packets.
#include <gtest/gtest.h>

#include <iostream>
#include <unordered_map>

#include "tests/relay/model_world.h"

namespace bsn {
namespace {

// The ids of histories are small: 21 bits each hold them.
std::uint64_t packed(const ModelState& at) { return std::uint64_t{at[0]} << 42 | std::uint64_t{at[1]} << 21 | at[2]; }

struct Visited {
  std::size_t worlds = 0;
  std::size_t finished = 0;
  std::size_t dead_ends = 0;  // worlds from which no way leads to a finished one
  std::string broken;         // the first invariant that did not hold
  ModelState first_finished{};
};

class Explorer {
 public:
  explicit Explorer(ModelWorld& world) : world_(world) {}

  Visited visit(const ModelState& start) {
    reach(start, 0);
    for (std::size_t i = 0; i < worlds_.size() && result_.broken.empty(); ++i) look_at(i);
    result_.worlds = worlds_.size();
    if (result_.broken.empty()) result_.dead_ends = worlds_.size() - with_a_way_out();
    return result_;
  }

 private:
  void reach(const ModelState& to, std::size_t from) {
    const auto [at, fresh] = index_.try_emplace(packed(to), worlds_.size());
    if (fresh) {
      worlds_.push_back(to);
      before_.emplace_back();
    }
    before_[at->second].push_back(static_cast<std::uint32_t>(from));
  }

  void look_at(std::size_t i) {
    const ModelState at = worlds_[i];
    result_.broken = world_.broken(at);
    if (world_.finished(at)) {
      if (result_.finished++ == 0) result_.first_finished = at;
      finished_.push_back(static_cast<std::uint32_t>(i));
    }
    for (const ModelState& next : world_.next(at)) reach(next, i);
  }

  // Goes back from the finished worlds.
  std::size_t with_a_way_out() {
    std::vector<bool> known(worlds_.size(), false);
    std::vector<std::uint32_t> left = finished_;
    for (const std::uint32_t one : left) known[one] = true;
    std::size_t count = left.size();
    while (!left.empty()) {
      const std::uint32_t one = left.back();
      left.pop_back();
      for (const std::uint32_t before : before_[one]) {
        if (known[before]) continue;
        known[before] = true;
        ++count;
        left.push_back(before);
      }
    }
    return count;
  }

  ModelWorld& world_;
  Visited result_;
  std::vector<ModelState> worlds_;
  std::vector<std::vector<std::uint32_t>> before_;
  std::vector<std::uint32_t> finished_;
  std::unordered_map<std::uint64_t, std::size_t> index_;
};

Packet transfer(std::size_t from, std::size_t to, std::size_t asset, PacketTimeout timeout,
                const std::string& receiver = "bob") {
  return {ModelWorld::name(hub_h),
          ModelWorld::name(from),
          ModelWorld::name(to),
          0,
          timeout,
          TransferBody{ModelWorld::name(asset), "alice", receiver, 5}};
}

PacketTimeout at_time(std::int64_t second) { return {0, Instant{} + seconds(second)}; }

Visited explore(ModelWorld& world, const ModelState& start, const std::string& what) {
  Visited visited = Explorer(world).visit(start);
  std::cout << what << ": " << visited.worlds << " worlds, " << visited.finished << " of them finished, of "
            << world.histories() << " histories, by " << world.calls() << " calls\n";
  return visited;
}

void expect_all_well(const Visited& visited) {
  EXPECT_EQ(visited.broken, "");
  EXPECT_EQ(visited.dead_ends, 0U);
  EXPECT_GT(visited.finished, 0U);
}

// Two packets of A's coin to B, timing out at 2 s and 3 s.
ModelState two_the_same_way(ModelWorld& world) {
  const ModelState start = world.send(world.start(), transfer(end_a, end_b, end_a, at_time(2)));
  return world.send(start, transfer(end_a, end_b, end_a, at_time(3)));
}

TEST(Exhaustive, TwoTransfersTheSameWay) {
  ModelWorld world({});
  expect_all_well(explore(world, two_the_same_way(world), "two the same way"));
}

TEST(Exhaustive, OneTransferEachWay) {
  ModelWorld world({{}, 2});
  ModelState start = world.send(world.start(), transfer(end_a, end_b, end_a, at_time(2)));
  start = world.send(start, transfer(end_b, end_a, end_b, at_time(2)));
  expect_all_well(explore(world, start, "one each way"));
}

TEST(Exhaustive, TwoOnAnOrderedLane) {
  ModelSpec spec;
  spec.rules.ordered = true;
  ModelWorld world(spec);
  expect_all_well(explore(world, two_the_same_way(world), "two on an ordered lane"));
}

TEST(Exhaustive, ARefusedOneAndOneThatTimesOutByHeight) {
  ModelWorld world({{}, 3});  // enough blocks of B for both to pass
  ModelState start = world.send(world.start(), transfer(end_a, end_b, end_a, {2, {}}));
  start = world.send(start, transfer(end_a, end_b, end_a, {3, {}}, "nobody"));
  expect_all_well(explore(world, start, "one refused, time-outs by height"));
}

// A's coin came to B: the world after that.
ModelState voucher_at_b(ModelWorld& world) {
  const ModelState start = world.send(world.start(), transfer(end_a, end_b, end_a, at_time(9), "alice"));
  const Visited there = explore(world, start, "one there");
  expect_all_well(there);
  return there.first_finished;
}

TEST(Exhaustive, AVoucherGoesHomeOrComesBack) {
  ModelWorld world({{}, 2});
  const ModelState back = world.send(voucher_at_b(world), transfer(end_b, end_a, end_a, at_time(2)));
  expect_all_well(explore(world, back, "a voucher goes home"));
}

// Nothing times out here, so that the worlds are few enough.
TEST(Exhaustive, AVoucherGoesHomeWhileMoreOfItComes) {
  ModelWorld world({{}, 1});
  const ModelState back = world.send(voucher_at_b(world), transfer(end_b, end_a, end_a, at_time(9)));
  const ModelState both = world.send(back, transfer(end_a, end_b, end_a, at_time(9)));
  expect_all_well(explore(world, both, "a voucher goes home while more comes"));
}

// The explorer finds what it is there to find: each of these mistakes breaks an invariant somewhere.
void expect_found(const ModelFlaws& flaws, const std::string& invariant) {
  ModelWorld world({{}, 3, flaws});
  const Visited visited = Explorer(world).visit(two_the_same_way(world));
  EXPECT_TRUE(visited.broken.starts_with(invariant)) << visited.broken;
}

TEST(ExhaustiveFindsTheMistake, ReceiptSkipped) { expect_found({.receipt_skipped = true}, "PKT: received twice"); }
TEST(ExhaustiveFindsTheMistake, ReceivedAtItsTimeOut) { expect_found({.late_by_one = true}, "TMO"); }
TEST(ExhaustiveFindsTheMistake, StillUnderWayAfterItsRefund) {
  expect_found({.commitment_kept = true}, "PKT: ended twice");
}
TEST(ExhaustiveFindsTheMistake, AbsenceUnchecked) { expect_found({.absence_unchecked = true}, "TMO: timed out and"); }

}  // namespace
}  // namespace bsn
