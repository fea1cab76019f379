#include "node/city_node.h"

#include <gtest/gtest.h>

#include "tests/node/city_network.h"
#include "tests/node/scripted_engine.h"

namespace bsn {
namespace {

std::unique_ptr<ConsensusEngine> scripted(const EngineConfig& config, const DurableState&, const BlockSealed& tip,
                                          Instant now) {
  return make_scripted_engine({}, config, tip, now);
}

// City 0 hosts chain "a" and, with others, "b"; city 1 hosts "b" only.
CityNetwork two_chains() {
  std::vector<ChainSpec> chains = {test_chain(1, 0, RaftParameters{}, "a"), test_chain(2, 0, RaftParameters{}, "b")};
  chains[1].index = {1};
  return CityNetwork(test_cities(2), chains, scripted);
}

Call put_on(const std::string& chain) {
  Call call = test_submit("key", "kv", "put", {"k", chain});
  call.chain.chain = chain;
  return call;
}

TEST(CityNode, ChainsOfOneNodeAreStrangers) {
  CityNetwork network = two_chains();
  const CallId a = network.call(0, put_on("a")), b = network.call(0, put_on("b"));
  ASSERT_TRUE(network.await(a) && network.await(b));
  EXPECT_EQ(network.answer(a)->status, Status::ok);
  EXPECT_EQ(network.answer(b)->status, Status::ok);
  EXPECT_NE(network.answer(a)->transaction, network.answer(b)->transaction);
  EXPECT_NE(network.answer(a)->state_root, network.answer(b)->state_root);
  network.advance(seconds(1));
  EXPECT_EQ(network.node(1).status({1})->tip, network.node(0).status({1})->tip);
  EXPECT_EQ(network.node(1).status({0}), std::nullopt);
}

TEST(CityNode, NamesItselfInEveryAnswer) {
  CityNetwork network = two_chains();
  EXPECT_EQ(network.answer(network.call(1, put_on("a")))->city, "city-1");
  EXPECT_EQ(network.answer(network.call(1, test_query("kv", "get", {})))->city, "city-1");
  EXPECT_EQ(network.node(1).find_transaction({"test", "b"}, sha256("x")).city, "city-1");
}

TEST(CityNode, RefusesWhatItDoesNotHostAndWhatHasNoShape) {
  CityNetwork network = two_chains();
  EXPECT_EQ(network.answer(network.call(1, put_on("a")))->reason, Reason::not_hosted);
  EXPECT_EQ(network.answer(network.call(0, Call{}))->reason, Reason::malformed);
  Call long_project = put_on("a");
  long_project.project = std::string(65, 'p');
  EXPECT_EQ(network.answer(network.call(0, long_project))->reason, Reason::malformed);
  Call no_function = put_on("a");
  no_function.function = "burn";
  EXPECT_EQ(network.answer(network.call(0, no_function))->reason, Reason::unknown_contract);
}

TEST(CityNode, ACityUnderConstructionHostsNothingAndSaysSo) {
  std::vector<CitySpec> cities = test_cities(2);
  cities[1].state = CityState::building;
  CityNetwork network(cities, {test_chain(1, 0, RaftParameters{})}, scripted);
  const Reply* reply = network.answer(network.call(1, put_on("a")));
  ASSERT_NE(reply, nullptr);
  EXPECT_EQ(reply->status, Status::unavailable);
  EXPECT_EQ(reply->reason, Reason::under_construction);
  EXPECT_EQ(network.node(1).next_wakeup(), std::nullopt);
}

TEST(CityNode, FindsTheReceiptOfAnExecutedTransaction) {
  CityNetwork network = two_chains();
  const CallId id = network.call(0, put_on("a"));
  ASSERT_TRUE(network.await(id));
  const Reply found = network.node(0).find_transaction({"test", "a"}, network.answer(id)->transaction);
  EXPECT_EQ(found.status, Status::ok);
  EXPECT_EQ(found.height, network.answer(id)->height);
  EXPECT_EQ(network.node(0).find_transaction({"test", "a"}, sha256("x")).reason, Reason::unknown_transaction);
  EXPECT_EQ(network.node(1).find_transaction({"test", "a"}, sha256("x")).reason, Reason::not_hosted);
}

TEST(CityNode, AMessageForAChainThatIsNotHereIsIgnored) {
  CityNetwork network = two_chains();
  network.inject(0, 1, {0}, BlocksRequest{1});
  network.inject(0, 1, {7}, BlocksRequest{1});
  EXPECT_EQ(network.messages(1), 0U);
}

}  // namespace
}  // namespace bsn
