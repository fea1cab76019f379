#include "sim/virtual/virtual_cluster.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/scenario_file.h"

namespace bsn {
namespace {

// The small topology with a client that writes one key every 20 ms.
class Town {
 public:
  explicit Town(std::uint64_t seed) : topology_(std::move(load_topology("configs/topologies/small.yaml").value())) {
    VirtualListener listener;
    listener.on_answer = [this](Instant, CallId, const Reply& reply) { replies_.push_back(reply); };
    cluster_ = std::make_unique<VirtualCluster>(topology_, seed, Durability::fsync, listener);
  }

  void run(Duration length, bool load = true) {
    const Instant end = cluster_->now() + length;
    while (cluster_->now() < end) {
      if (load) write();
      cluster_->run_until(cluster_->now() + milliseconds(20));
    }
  }

  VirtualCluster& cluster() { return *cluster_; }
  const std::vector<Reply>& replies() const { return replies_; }
  const Chain& chain(std::size_t index) const { return topology_.chains[index]; }
  CityIndex city(const std::string& id) const { return *find_city(topology_, id); }

  std::uint64_t acknowledged() const {
    std::uint64_t ok = 0;
    for (const Reply& reply : replies_) ok += reply.status == Status::ok ? 1 : 0;
    return ok;
  }

 private:
  void write() {
    ClientCall call;
    call.id = {next_++};
    call.access_key = topology_.projects.front().key;
    call.call.operation = Operation::submit;
    call.call.chain = topology_.chains[0].name;
    call.call.contract = "kv";
    call.call.function = "put";
    call.call.args = {"key", std::to_string(next_)};
    call.call.idempotency_key = "k" + std::to_string(next_);
    call.call.level = Level::final_;
    call.received = cluster_->now();
    call.deadline = cluster_->now() + seconds(5);
    cluster_->send(call);
  }

  Topology topology_;
  std::vector<Reply> replies_;
  std::unique_ptr<VirtualCluster> cluster_;
  std::uint64_t next_ = 1;
};

TEST(VirtualCluster, TwoInOneProcessDoNotDisturbEachOther) {
  Town alone(1);
  alone.run(seconds(3));
  Town first(1), second(2);
  for (int i = 0; i < 300; ++i) {
    first.run(milliseconds(20), i < 150);
    second.run(milliseconds(20));
    if (i == 149) {
      EXPECT_EQ(first.cluster().fingerprint(), alone.cluster().fingerprint());
    }
  }
  EXPECT_NE(first.cluster().fingerprint(), second.cluster().fingerprint());
  EXPECT_GT(second.acknowledged(), 0u);
}

TEST(VirtualCluster, SettlesAndAcknowledges) {
  Town town(1);
  town.run(seconds(5), false);
  EXPECT_TRUE(town.cluster().settled());
  town.run(seconds(3));
  EXPECT_GT(town.acknowledged(), 100u);
  EXPECT_GT(town.cluster().blocks(town.city(town.chain(0).validators[0]), {0}).size(), 0u);
}

TEST(VirtualCluster, ARestartedNodeHasWhatItPersistedAndGoesOn) {
  Town town(1);
  town.run(seconds(6));
  const CityIndex victim = town.city(town.chain(0).validators[0]);
  const std::size_t before = town.cluster().blocks(victim, {0}).size();
  ASSERT_GT(before, 0u);
  ASSERT_TRUE(town.cluster().kill(victim).ok());
  town.run(seconds(3));
  EXPECT_EQ(town.cluster().blocks(victim, {0}).size(), before);
  ASSERT_TRUE(town.cluster().restart(victim).ok());
  town.run(seconds(6));
  EXPECT_GT(town.cluster().blocks(victim, {0}).size(), before);
}

TEST(VirtualCluster, TheGatewayHearsOfADeadNodeAndOfItsReturn) {
  Town town(1);
  town.run(seconds(1), false);
  const CityIndex victim = town.city(town.chain(0).validators[0]);
  EXPECT_TRUE(town.cluster().healthy(victim));
  ASSERT_TRUE(town.cluster().kill(victim).ok());
  town.run(seconds(1), false);
  EXPECT_FALSE(town.cluster().healthy(victim));
  ASSERT_TRUE(town.cluster().restart(victim).ok());
  town.run(seconds(1), false);
  EXPECT_TRUE(town.cluster().healthy(victim));
}

TEST(VirtualCluster, APausedNodeStoresNothingAndCatchesUp) {
  Town town(1);
  town.run(seconds(6));
  const CityIndex sleeper = town.city(town.chain(0).validators[0]);
  const std::size_t before = town.cluster().blocks(sleeper, {0}).size();
  ASSERT_TRUE(town.cluster().pause(sleeper).ok());
  town.run(seconds(4));
  EXPECT_EQ(town.cluster().blocks(sleeper, {0}).size(), before);
  ASSERT_TRUE(town.cluster().resume(sleeper).ok());
  town.run(seconds(6));
  EXPECT_GT(town.cluster().blocks(sleeper, {0}).size(), before);
}

TEST(VirtualCluster, FaultsThatDoNotFitAreRefused) {
  Town town(1);
  const CityIndex city = town.city(town.chain(0).validators[0]);
  EXPECT_FALSE(town.cluster().restart(city).ok());
  EXPECT_FALSE(town.cluster().resume(city).ok());
  ASSERT_TRUE(town.cluster().kill(city).ok());
  EXPECT_FALSE(town.cluster().kill(city).ok());
  EXPECT_FALSE(town.cluster().pause(city).ok());
}

}  // namespace
}  // namespace bsn
