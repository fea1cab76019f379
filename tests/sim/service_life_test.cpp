#include "sim/service_life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/life_cycle.h"
#include "sim/scenario_file.h"
#include "sim/seat_life.h"

namespace bsn {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The small topology with every mainland city connected but Changde, and room for 100 calls per second everywhere.
Topology small() {
  Result<Topology> topology = load_topology("configs/topologies/small.yaml");
  for (City& city : topology->cities) city.capacity.calls_per_second = 100;
  return std::move(topology.value());
}

ServiceOrder land_registry() {
  ServiceOrder order;
  order.id = "land-registry";
  order.framework = "fabric";
  order.project = "demo";
  order.validators = {"guangzhou", "hangzhou", "ningbo"};
  order.followers = {"beijing"};
  order.capacity.calls_per_second = 40;
  order.contracts = {"kv"};
  return order;
}

Topology deployed() {
  return service_started(deploy_service(small(), land_registry()).value(), "land-registry").value();
}

// With a fifth connected mainland city, which hosts nothing.
Topology with_room() {
  Topology topology = deployed();
  topology.cities[find_city(topology, "changde")->value].state = CityState::connected;
  return topology;
}

const RouteSpec last_route(const Topology& topology) { return gateway_spec(topology, 1).routes.back(); }

CityIndex city(const Topology& topology, const std::string& id) { return *find_city(topology, id); }

TEST(ServiceLife, ADeployedServiceHasAChainOfItsOwnAndItsTerms) {
  const Topology before = small();
  const Topology after = deploy_service(before, land_registry()).value();
  EXPECT_EQ(after.revision, before.revision + 1);
  EXPECT_EQ(service_state(after, after.services.front()), ServiceState::starting);
  EXPECT_EQ(last_route(after).state, RouteState::starting);
  const Topology running = service_started(after, "land-registry").value();
  EXPECT_EQ(service_state(running, running.services.front()), ServiceState::running);
  const RouteSpec route = last_route(running);
  EXPECT_EQ(to_string(route.name), "fabric/land-registry");
  EXPECT_EQ(route.state, RouteState::open);
  EXPECT_EQ(route.owner, "demo");
  EXPECT_EQ(route.plan.calls_per_second, 40);
  EXPECT_THAT(route.contracts, ElementsAre("kv"));
  EXPECT_THAT(check(running), IsEmpty());
}

TEST(ServiceLife, OnlyItsHostsAreTold) {
  const Topology before = small();
  const Topology after = deploy_service(before, land_registry()).value();
  std::vector<std::string> told;
  for (const CityIndex one : changed_nodes(before, after)) told.push_back(after.cities[one.value].id);
  EXPECT_THAT(told, ElementsAre("beijing", "guangzhou", "hangzhou", "ningbo"));
  EXPECT_THAT(changed_nodes(after, service_started(after, "land-registry").value()), IsEmpty());
}

struct Refusal {
  const char* what;
  std::function<void(ServiceOrder&)> spoil;
  ErrorCode code;
  const char* why;
};

class RefusedOrder : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedOrder, SaysWhyAndChangesNothing) {
  ServiceOrder order = land_registry();
  GetParam().spoil(order);
  const Result<Topology> next = deploy_service(small(), order);
  ASSERT_FALSE(next.ok()) << GetParam().what;
  EXPECT_EQ(next.error().code, GetParam().code) << next.error().message;
  EXPECT_THAT(next.error().message, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    ServiceLife, RefusedOrder,
    ::testing::Values(
        Refusal{"building", [](ServiceOrder& o) { o.followers = {"changde"}; }, ErrorCode::invalid_configuration,
                "changde: the city node is building"},
        Refusal{"overseas", [](ServiceOrder& o) { o.followers = {"tokyo"}; }, ErrorCode::invalid_configuration,
                "it is overseas"},
        Refusal{"city", [](ServiceOrder& o) { o.followers = {"bejing"}; }, ErrorCode::not_found,
                "did you mean 'beijing'?"},
        Refusal{"twice", [](ServiceOrder& o) { o.followers = {"ningbo"}; }, ErrorCode::invalid_configuration,
                "ningbo is named twice"},
        Refusal{"framework", [](ServiceOrder& o) { o.framework = "fabrik"; }, ErrorCode::not_found,
                "did you mean 'fabric'?"},
        Refusal{"public", [](ServiceOrder& o) { o.framework = "irisnet"; }, ErrorCode::invalid_configuration,
                "irisnet is public; services run on an alliance network: fabric, fisco-bcos"},
        Refusal{"few", [](ServiceOrder& o) { o.validators.pop_back(); }, ErrorCode::invalid_configuration,
                "needs at least 3 validators"},
        Refusal{"few of bft", [](ServiceOrder& o) { o.framework = "fisco-bcos"; }, ErrorCode::invalid_configuration,
                "needs at least 4 validators"},
        Refusal{"capacity", [](ServiceOrder& o) { o.capacity.calls_per_second = 101; }, ErrorCode::exhausted,
                "the city node has 100 of calls per second"},
        Refusal{"storage", [](ServiceOrder& o) { o.capacity.storage = std::uint64_t{2} << 40; }, ErrorCode::exhausted,
                "has 1024 GiB of storage"},
        Refusal{"no capacity", [](ServiceOrder& o) { o.capacity.calls_per_second = 0; },
                ErrorCode::invalid_configuration, "is no capacity"},
        Refusal{"contract", [](ServiceOrder& o) { o.contracts = {"aset"}; }, ErrorCode::not_found,
                "did you mean 'asset'?"},
        Refusal{"project", [](ServiceOrder& o) { o.project = "dmo"; }, ErrorCode::not_found, "did you mean 'demo'?"},
        Refusal{"name", [](ServiceOrder& o) { o.id = "land registry"; }, ErrorCode::invalid_configuration,
                "is no name for a service"},
        Refusal{"chain there", [](ServiceOrder& o) { o.id = "supply-chain"; }, ErrorCode::already_exists,
                "is there already"}));

TEST(ServiceLife, ValidatorsOfOneProviderAreRefusedByTheRulesForAllChains) {
  Topology topology = small();
  for (City& one : topology.cities) one.place.provider = Provider::china_mobile;
  EXPECT_THAT(deploy_service(topology, land_registry()).error().message, HasSubstr("stand on China Mobile"));
}

TEST(ServiceLife, WhatServicesSetAsideAddsUpAtEachCity) {
  ServiceOrder second = land_registry();
  second.id = "invoices";
  second.capacity.calls_per_second = 60;
  Topology topology = deploy_service(deployed(), second).value();
  EXPECT_EQ(capacity_used(topology, "ningbo").calls_per_second, 100);
  EXPECT_EQ(capacity_used(topology, "changde").calls_per_second, 0);
  ServiceOrder third = land_registry();
  third.id = "tickets";
  third.capacity.calls_per_second = 1;
  const Error full = deploy_service(topology, third).error();
  EXPECT_EQ(full.code, ErrorCode::exhausted);
  EXPECT_THAT(full.message, HasSubstr("its services (land-registry, invoices) take 100, and 1 more were asked for"));
}

TEST(ServiceLife, AnUpgradeIsTheNextVersionOrNothing) {
  const Topology before = deployed();
  const Topology after = upgrade_service(before, "land-registry", {{80, 0, 0}, {"kv", "asset"}}).value();
  EXPECT_EQ(after.services.front().version, 2u);
  EXPECT_EQ(after.services.front().capacity.storage, small_service.storage);
  EXPECT_EQ(last_route(after).plan.calls_per_second, 80);
  EXPECT_THAT(last_route(after).contracts, ElementsAre("kv", "asset"));
  EXPECT_EQ(upgrade_service(before, "land-registry", {{101, 0, 0}, {}}).error().code, ErrorCode::exhausted);
  EXPECT_EQ(upgrade_service(before, "land-registry", {{}, {"kw"}}).error().code, ErrorCode::not_found);
  EXPECT_THAT(upgrade_service(before, "land-regstry", {}).error().message, HasSubstr("did you mean 'land-registry'?"));
}

TEST(ServiceLife, AMovedFollowerServesUntilTheOtherOneDoes) {
  Topology topology = move_service(with_room(), "land-registry", {"beijing", "changde"}).value();
  EXPECT_EQ(service_state(topology, topology.services.front()), ServiceState::moving);
  EXPECT_THAT(last_route(topology).followers, ElementsAre(city(topology, "beijing")));
  EXPECT_EQ(node_spec(topology, city(topology, "changde"), 1, Durability::os).joins.size(), 1u);
  topology = service_arrived(topology, "land-registry", "changde").value();
  EXPECT_EQ(service_state(topology, topology.services.front()), ServiceState::moving);
  EXPECT_THAT(last_route(topology).followers, ElementsAre(city(topology, "changde")));
  EXPECT_FALSE(service_arrived(topology, "land-registry", "changde").ok());
  topology = service_left(topology, "land-registry", "beijing").value();
  EXPECT_EQ(service_state(topology, topology.services.front()), ServiceState::running);
  EXPECT_THAT(topology.chains.back().followers, ElementsAre("changde"));
  EXPECT_THAT(check(topology), IsEmpty());
}

TEST(ServiceLife, WhatCannotMoveIsRefusedWithItsReason) {
  const Topology topology = with_room();
  const auto why = [&](const ServiceMove& move) {
    return move_service(topology, "land-registry", move).error().message;
  };
  EXPECT_THAT(why({"ningbo", "changde"}), HasSubstr("2 of the 3 validators of 'fabric/land-registry' stand on"));
  EXPECT_THAT(why({"beijing", "hangzhou"}), HasSubstr("it is hosted there already"));
  EXPECT_THAT(why({"changde", "beijing"}),
              HasSubstr("it is not hosted there but by guangzhou, hangzhou, ningbo, beijing"));
  EXPECT_THAT(why({"beijing", "tokyo"}), HasSubstr("overseas"));
  const Topology moving = move_service(topology, "land-registry", {"beijing", "changde"}).value();
  EXPECT_THAT(move_service(moving, "land-registry", {"beijing", "changde"}).error().message,
              HasSubstr("it moves there or from there already"));
  EXPECT_FALSE(move_service(deployed(), "land-registry", {"beijing", "changde"}).ok());  // Changde is being built
}

TEST(ServiceLife, AValidatorOfATreeCannotMove) {
  Topology room = small();
  room.cities[find_city(room, "changde")->value].state = CityState::connected;
  for (Network& network : room.networks) {
    if (network.id == "fisco-bcos") network.engine = DposParameters{};
  }
  ServiceOrder order = land_registry();
  order.framework = "fisco-bcos";
  order.validators.push_back("beijing");
  order.followers = {};
  const Topology topology = service_started(deploy_service(room, order).value(), "land-registry").value();
  const std::string why = move_service(topology, "land-registry", {"ningbo", "changde"}).error().message;
  EXPECT_THAT(why, HasSubstr("can't leave ningbo: it is a validator there"));
  EXPECT_THAT(why, HasSubstr("its consensus (dpos) keeps those of its start"));
}

// Each step is refused until the one before it has come about.
TEST(ServiceLife, AValidatorMovesByNewSeatFirstAndOldSeatLast) {
  const ChainName chain{"fabric", "land-registry"};
  const ServiceMove move{"hangzhou", "changde"};
  Topology topology = move_service(with_room(), "land-registry", move).value();
  EXPECT_THAT(topology.chains.back().promoting, ElementsAre("changde"));
  EXPECT_FALSE(service_arrived(topology, "land-registry", "changde").ok()) << "it has no vote";
  topology = promote(topology, chain, "changde").value();
  EXPECT_FALSE(service_arrived(topology, "land-registry", "changde").ok()) << "its vote is not committed";
  topology = settle(topology, chain).value();
  topology = service_arrived(topology, "land-registry", "changde").value();
  EXPECT_THAT(last_route(topology).validators,
              ElementsAre(city(topology, "guangzhou"), city(topology, "ningbo"), city(topology, "changde")));
  topology = service_left(topology, "land-registry", "hangzhou").value();
  EXPECT_THAT(topology.chains.back().validators, ElementsAre("guangzhou", "ningbo", "changde"));
  EXPECT_THAT(topology.chains.back().followers, ElementsAre("beijing", "hangzhou")) << "until that is committed";
  EXPECT_FALSE(service_left(topology, "land-registry", "hangzhou").ok());
  topology = service_left(settle(topology, chain).value(), "land-registry", "hangzhou").value();
  EXPECT_THAT(topology.chains.back().followers, ElementsAre("beijing"));
  EXPECT_EQ(service_state(topology, topology.services.back()), ServiceState::running);
}

TEST(ServiceLife, ARetiredServiceIsHostedByNobodyAndItsNameIsFree) {
  Topology topology = retire_service(deployed(), "land-registry").value();
  EXPECT_EQ(last_route(topology).state, RouteState::draining);
  EXPECT_FALSE(retire_service(topology, "land-registry").ok());
  topology = service_drained(topology, "land-registry").value();
  EXPECT_EQ(service_state(topology, topology.services.front()), ServiceState::retired);
  EXPECT_THAT(last_route(topology).validators, IsEmpty());
  EXPECT_EQ(node_spec(topology, city(topology, "ningbo"), 1, Durability::os).chains.size(), 2u);
  EXPECT_EQ(capacity_used(topology, "ningbo").calls_per_second, 0);
  EXPECT_EQ(upgrade_service(topology, "land-registry", {}).error().code, ErrorCode::not_found);
  EXPECT_THAT(check(topology), IsEmpty());
  EXPECT_TRUE(deploy_service(topology, land_registry()).ok());
}

TEST(ServiceLife, ACommissionedCityDoesNotFollowItsNeighboursServices) {
  const Topology topology = commission(deployed(), "changde").value();
  EXPECT_THAT(topology.chains.back().followers, Not(Contains("changde")));
}

TEST(ServiceLife, ACityThatLeavesTakesItsMovesAlong) {
  Topology topology = move_service(with_room(), "land-registry", {"beijing", "changde"}).value();
  topology = leave(drain(topology, "changde").value(), "changde").value();
  EXPECT_EQ(service_state(topology, topology.services.front()), ServiceState::running);
  EXPECT_THAT(topology.chains.back().followers, ElementsAre("beijing"));
}

}  // namespace
}  // namespace bsn
