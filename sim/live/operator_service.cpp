#include "sim/live/operator_service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "proto/codec.h"
#include "rpc/finish_call.h"
#include "sim/edit_distance.h"

namespace bsn {
namespace {

using grpc::StatusCode;
using CityStep = std::function<Result<Done>(LiveCluster&, CityIndex)>;

constexpr Duration look_limit = seconds(2);    // for what members of a chain say of themselves
constexpr std::size_t most_members_asked = 3;  // of each chain: the highest tip is what counts

Result<CityIndex> find(const Topology& topology, const std::string& id) {
  if (const auto city = find_city(topology, id)) return *city;
  std::vector<std::string> known;
  for (const City& city : topology.cities) known.push_back(city.id);
  const auto meant = nearest_word(id, known);
  return Error{ErrorCode::invalid_configuration,
               fmt::format("there is no city '{}'{}", id, meant ? fmt::format("; did you mean '{}'?", *meant) : "")};
}

// Connected cities that host this chain, but this one; not many.
std::vector<CityIndex> members(const Topology& topology, const Chain& chain, const std::string& but) {
  std::vector<CityIndex> found;
  for (const auto* list : {&chain.validators, &chain.followers}) {
    for (const std::string& member : *list) {
      const auto city = find_city(topology, member);
      if (member == but || !city || found.size() >= most_members_asked) continue;
      const CityState state = topology.cities[city->value].state;
      if (state == CityState::connected || state == CityState::outside) found.push_back(*city);
    }
  }
  return found;
}

using Tips = std::map<ChainName, Height>;

Tips tips(LiveCluster& cluster, const std::vector<ChainDigest>& hosted, const std::string& city) {
  const Topology& topology = cluster.topology();
  std::vector<CityIndex> asked;
  for (const ChainDigest& one : hosted) {
    const auto chain = find_chain(topology, one.chain);
    if (!chain) continue;
    const auto some = members(topology, topology.chains[chain->value], city);
    asked.insert(asked.end(), some.begin(), some.end());
  }
  Tips highest;
  for (const auto& [index, chains] : cluster.digests_of(asked, look_limit)) {
    for (const ChainDigest& one : chains) highest[one.chain] = std::max(highest[one.chain], one.final_height);
  }
  return highest;
}

void fill_state(const LiveCluster& cluster, CityIndex index, v1::CityReport& report) {
  const City& city = cluster.topology().cities[index.value];
  report.set_city(city.id);
  report.set_state(std::string(to_string(city.state)));
  report.set_leaving(cluster.leaving(index));
  for (const Chain& chain : cluster.topology().chains) {
    const bool seating = names(chain.promoting, city.id) || (chain.reseating && names(chain.validators, city.id));
    if (chain.state == RouteState::open && seating) report.set_seating(true);
  }
}

void fill(ClusterOperator& the_operator, CityIndex index, v1::CityReport& report) {
  LiveCluster& cluster = the_operator.cluster();
  fill_state(cluster, index, report);
  report.set_trouble(the_operator.trouble());
  if (report.state() == to_string(CityState::draining)) {
    if (const auto open = cluster.open_calls(index)) report.set_open_calls(*open);
  }
  const auto digests = cluster.digests_of({index}, look_limit);
  if (digests.empty()) return;
  const std::vector<ChainDigest>& hosted = digests.begin()->second;
  const Tips highest = tips(cluster, hosted, report.city());
  for (const ChainDigest& one : hosted) {
    v1::CityChain& chain = *report.add_chains();
    *chain.mutable_chain() = encode(one.chain);
    chain.set_validator(one.validator);
    chain.set_joined(one.joined);
    chain.set_final_height(one.final_height);
    const auto tip = highest.find(one.chain);
    chain.set_tip(std::max(one.final_height, tip == highest.end() ? 0 : tip->second));
  }
}

// A step that is decided but not handed out to everybody is a success: the report names the trouble, and it is told
// again. What nobody decided is refused.
grpc::Status take(ClusterOperator& the_operator, const std::string& id, const CityStep& step, v1::CityReport& report) {
  LiveCluster& cluster = the_operator.cluster();
  const Result<CityIndex> city = find(cluster.topology(), id);
  if (!city) return {StatusCode::NOT_FOUND, city.error().message};
  const Result<Done> done = step(cluster, *city);
  if (!done && done.error().code == ErrorCode::invalid_configuration) {
    return {StatusCode::FAILED_PRECONDITION, done.error().message};
  }
  if (!done && done.error().code != ErrorCode::unavailable) return {StatusCode::INTERNAL, done.error().message};
  fill(the_operator, *city, report);
  if (!done) report.set_trouble(done.error().message);
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* post(ClusterOperator& the_operator, grpc::CallbackServerContext* context,
                               const std::string& city, CityStep step, v1::CityReport* report) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  if (city.empty()) return finish_call(*context, {StatusCode::INVALID_ARGUMENT, "city is missing"});
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool accepted = the_operator.post(
      [=, step = std::move(step)](ClusterOperator& at_work) { reactor->Finish(take(at_work, city, step, *report)); });
  if (!accepted) reactor->Finish({StatusCode::RESOURCE_EXHAUSTED, "too much is asked of the operator at once"});
  return reactor;
}

// Logs what was asked for, and what came of it.
CityStep logged(const char* verb, Result<Done> (LiveCluster::*step)(CityIndex)) {
  return [=](LiveCluster& cluster, CityIndex city) {
    Result<Done> done = (cluster.*step)(city);
    spdlog::info("{} {}: {}", verb, cluster.topology().cities[city.value].id, done ? "done" : done.error().message);
    return done;
  };
}

}  // namespace

grpc::ServerUnaryReactor* OperatorService::CommissionCity(grpc::CallbackServerContext* context,
                                                          const v1::CityRequest* request, v1::CityReport* report) {
  if (request->validates_size() > WireLimits::chains) {
    return finish_call(*context, {grpc::StatusCode::INVALID_ARGUMENT, "names too many chains"});
  }
  const std::vector<std::string> validates(request->validates().begin(), request->validates().end());
  const CityStep step = [validates](LiveCluster& cluster, CityIndex city) {
    Result<Done> done = cluster.commission(city, validates);
    spdlog::info("commission {}: {}", cluster.topology().cities[city.value].id, done ? "done" : done.error().message);
    return done;
  };
  return post(operator_, context, request->city(), step, report);
}

grpc::ServerUnaryReactor* OperatorService::DrainCity(grpc::CallbackServerContext* context,
                                                     const v1::CityRequest* request, v1::CityReport* report) {
  return post(operator_, context, request->city(), logged("drain", &LiveCluster::drain), report);
}

grpc::ServerUnaryReactor* OperatorService::LeaveCity(grpc::CallbackServerContext* context,
                                                     const v1::CityRequest* request, v1::CityReport* report) {
  return post(operator_, context, request->city(), logged("leave", &LiveCluster::leave), report);
}

grpc::ServerUnaryReactor* OperatorService::GetCity(grpc::CallbackServerContext* context, const v1::CityRequest* request,
                                                   v1::CityReport* report) {
  const auto nothing = [](LiveCluster&, CityIndex) { return Result<Done>(Done{}); };
  return post(operator_, context, request->city(), nothing, report);
}

grpc::ServerUnaryReactor* OperatorService::ListCities(grpc::CallbackServerContext* context,
                                                      const v1::ListCitiesRequest*, v1::ListCitiesResponse* response) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool accepted = operator_.post([=](ClusterOperator& at_work) {
    const LiveCluster& cluster = at_work.cluster();
    for (std::uint32_t n = 0; n < cluster.topology().cities.size(); ++n) {
      if (cluster.topology().cities[n].state == CityState::outside) continue;
      fill_state(cluster, {n}, *response->add_cities());
    }
    response->set_revision(cluster.topology().revision);
    reactor->Finish(grpc::Status::OK);
  });
  if (!accepted) reactor->Finish({StatusCode::RESOURCE_EXHAUSTED, "too much is asked of the operator at once"});
  return reactor;
}

}  // namespace bsn
