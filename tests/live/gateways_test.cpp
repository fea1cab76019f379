// Several gateways as real processes: who is nearest, quotas over all of them, and what a crash of one may cost.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>

#include "loop/temporary_folder.h"
#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "rpc/channel.h"
#include "rpc/refusal.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/live_cluster.h"
#include "sim/live/load_client.h"
#include "sim/scenario_file.h"
#include "tests/live/commanded_cluster.h"

namespace bsn {
namespace {

constexpr std::uint64_t per_day = 200;
constexpr std::uint64_t most_of_a_share = 10;  // DayShare::share_calls() for 200 a day and three gateways

// The small network with gateways in three cities, and a project with calls per day.
struct ThreeGateways {
  ThreeGateways() {
    topology = load_topology("configs/topologies/small.yaml").value();
    topology.more_gateways = {"guangzhou", "singapore"};
    topology.projects.push_back({"metered", "metered-key", {"*"}, {0, 0, per_day}});
    ClusterOptions options;
    options.bin_dir = BSN_BIN_DIR;
    options.run_dir = folder.path();
    auto started = LiveCluster::start(topology, options);
    EXPECT_TRUE(started) << started.error().message;
    cluster = std::move(*started);
  }

  Reply read(std::size_t gateway) {
    const auto stub = v1::Gateway::NewStub(open_channel(cluster->gateway_address(gateway)));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("x-api-key", "metered-key");
    Call call;
    call.operation = Operation::query;
    call.chain = {"fabric", "supply-chain"};
    call.contract = "kv";
    call.function = "get";
    call.args = {"colour"};
    v1::Reply reply;
    const grpc::Status status = stub->Query(&context, encode_query(call), &reply);
    return received_reply(status, reply);
  }

  // Reads there until the day's calls are spent for good; counts those that were admitted.
  std::uint64_t spend(std::size_t gateway, std::uint64_t at_most = UINT64_MAX) {
    std::mutex mutex;
    std::condition_variable never;
    std::uint64_t admitted = 0;
    for (int refused = 0; refused < 200 && admitted < at_most;) {
      const Reply reply = read(gateway);
      if (reply.reason != Reason::quota_spent) {
        ++admitted;
        continue;
      }
      if (reply.retry_after > seconds(60)) break;
      ++refused;
      std::unique_lock lock(mutex);
      never.wait_for(lock, std::chrono::milliseconds(10));
    }
    return admitted;
  }

  TemporaryFolder folder;
  Topology topology;
  std::unique_ptr<LiveCluster> cluster;
};

TEST(LiveGateways, QuotasHoldOverAllOfThemWhileOneIsKilledAndComesBack) {
  ThreeGateways three;
  std::uint64_t admitted = three.spend(1, 20) + three.spend(2, 20);
  ASSERT_EQ(admitted, 40u);
  ASSERT_TRUE(three.cluster->kill_gateway(1));
  EXPECT_TRUE(three.cluster->check_children()) << "it was killed on purpose";
  admitted += three.spend(2, 30);
  ASSERT_TRUE(three.cluster->restart_gateway(1));
  admitted += three.spend(0) + three.spend(1) + three.spend(2);
  EXPECT_LE(admitted, per_day);
  EXPECT_GE(admitted, per_day - most_of_a_share) << "a crash costs at most a share";
}

TEST(LiveGateways, WithTheHolderDownTheOthersFailClosedAndRecover) {
  ThreeGateways three;
  ASSERT_EQ(three.spend(1, 1), 1u);
  ASSERT_TRUE(three.cluster->kill_gateway(0));
  EXPECT_LE(three.spend(1), most_of_a_share);
  const Reply refused = three.read(1);
  EXPECT_EQ(refused.reason, Reason::quota_spent);
  EXPECT_GT(refused.retry_after, Duration{});
  ASSERT_TRUE(three.cluster->restart_gateway(0));
  EXPECT_EQ(three.spend(1, 5), 5u) << "shares come again";
}

std::uint64_t calls_at(ThreeGateways& three, std::size_t gateway) {
  ClusterRpc rpc;
  const auto counts = rpc.counters({three.cluster->gateway_address(gateway)}, seconds(20));
  EXPECT_TRUE(counts) << counts.error().message;
  return counts ? counts->calls : 0;
}

// Reads that come from two cities, each with a gateway of its own; the first gateway is nobody's nearest.
Scenario reads_of_two_cities(const Topology& topology) {
  Scenario scenario;
  scenario.topology = topology;
  Round round;
  round.label = "reads";
  round.duration = seconds(120);
  round.rate = FixedRate{100};
  round.origins = {"guangzhou", "singapore"};
  round.mix.push_back({1, {"fabric", "supply-chain"}, Operation::query, "kv", "get", {"colour"}, Level::local});
  scenario.rounds.push_back(round);
  return scenario;
}

TEST(LiveGateways, TheLoadGoesToTheNearestAndWhileThatIsDownToTheNext) {
  ThreeGateways three;
  LiveCluster& cluster = *three.cluster;
  SteadyLoad load(cluster.gateway_addresses(), three.topology.projects.front().key,
                  reads_of_two_cities(three.topology));
  ASSERT_TRUE(load.wait_for(100));
  EXPECT_EQ(calls_at(three, 0), 0u);
  EXPECT_GT(calls_at(three, 1), 0u);
  EXPECT_GT(calls_at(three, 2), 0u);

  const std::size_t next = gateways_near(three.topology, *find_city(three.topology, "guangzhou")).at(1);
  ASSERT_TRUE(cluster.kill_gateway(1));
  ASSERT_TRUE(load.wait_for(100));
  EXPECT_EQ(calls_at(three, 0) > 0, next == 0) << "Guangzhou's calls go to the next one, and to no other";

  ASSERT_TRUE(cluster.restart_gateway(1));
  ASSERT_TRUE(load.wait_for(100));
  EXPECT_GT(calls_at(three, 1), 0u) << "it is found again";
  const RoundReport report = load.finish(0);
  EXPECT_EQ(report.unfinished, 0u);
  for (const auto& [failure, count] : report.failures) EXPECT_EQ(failure, "UNAVAILABLE/LINK_LOST") << count;
  EXPECT_LT(report.failed, 100u) << "those that were at the killed one";
}

TEST(LiveGateways, ALoadForNobodyEndsAtOnce) {
  Scenario scenario = reads_of_two_cities(load_topology("configs/topologies/small.yaml").value());
  LoadClient client({"127.0.0.1:1"}, "no-key");
  LoadOrder order;
  order.scenario = &scenario;
  order.on_answer = [](const Call&, const Reply&) {};
  order.on_second = [](const RunRecorder&) {};
  const auto outcome = client.run(order);
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("Connection refused"), std::string::npos) << outcome.error().message;
}

// The small network's file with a gateway in each of three cities.
class TopologyFile {
 public:
  TopologyFile() {
    std::stringstream text;
    text << std::ifstream("configs/topologies/small.yaml").rdbuf();
    std::string changed = text.str();
    const std::string before = "gateway: {city: beijing";
    const std::size_t place = changed.find(before);
    EXPECT_NE(place, std::string::npos);
    changed.insert(place + before.size(), ", also_in: [guangzhou, singapore]");
    std::ofstream(path()) << changed;
  }
  std::string path() const { return folder_.path() + "/three_gateways.yaml"; }

 private:
  TemporaryFolder folder_;
};

class GatewayCommands : private TopologyFile, public CommandedCluster {
 protected:
  GatewayCommands() : CommandedCluster(path()) {}
};

TEST_F(GatewayCommands, StatusShowsEveryGatewayLogsAreThereAndTheNearestIsCalled) {
  const Outcome status = run("status --json");
  ASSERT_EQ(status.code, 0) << status.err;
  const auto gateways = boost::json::parse(status.out).at("gateways").as_array();
  ASSERT_EQ(gateways.size(), 3u);
  EXPECT_EQ(gateways[2].at("name"), "gateway-singapore");
  EXPECT_TRUE(gateways[2].at("running").as_bool());
  EXPECT_NE(run("logs gateway-guangzhou").out.find("follows the gateway at"), std::string::npos);

  const Endpoints cluster = endpoints();
  EXPECT_EQ(cluster.gateway_near("beijing").name, "gateway");
  EXPECT_EQ(cluster.gateway_near("guangzhou").name, "gateway-guangzhou");
  EXPECT_EQ(cluster.home_of(cluster.gateway_near("singapore")), "singapore");

  // A project that is made while it runs holds at the others too.
  ASSERT_EQ(run("project create probe --portal topology --networks fabric").code, 0);
  const Outcome key = run("key create probe");
  ASSERT_EQ(key.code, 0) << key.err;
  const std::string secret = key.out.substr(key.out.find("bsn_"), 68);
  const Outcome call = run("call query fabric/supply-chain kv get colour --from singapore --access-key " + secret);
  EXPECT_EQ(call.out.find("UNKNOWN_KEY"), std::string::npos) << call.out << call.err;
  EXPECT_NE(call.out.find("answered by"), std::string::npos) << call.out << call.err;
}

TEST_F(GatewayCommands, StatusOfAGatewayShowsItsConnections) {
  run("call query fabric/supply-chain kv get colour --from singapore");  // NOT_FOUND, says a node
  const Outcome json = run("status gateway gateway-singapore --json");
  ASSERT_EQ(json.code, 0) << json.err;
  const auto view = boost::json::parse(json.out);
  EXPECT_FALSE(view.at("clients").as_array().empty());
  std::int64_t calls = 0;
  for (const auto& node : view.at("nodes").as_array()) {
    const bool built = node.at("city") != "changde";
    EXPECT_EQ(node.at("condition"), built ? "healthy" : "under construction") << node.at("city");
    calls += node.at("calls").as_int64();
  }
  EXPECT_EQ(calls, 1);
  const Outcome text = run("status gateway");
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("connections of clients"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("healthy"), std::string::npos) << text.out;
  const Outcome wrong = run("status gateway gateway-nowhere");
  EXPECT_EQ(wrong.code, 104);
  EXPECT_NE(wrong.err.find("gateway-nowhere"), std::string::npos) << wrong.err;
}

}  // namespace
}  // namespace bsn
