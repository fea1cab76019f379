// The operator of a live cluster, as to validators that come and go (sim/seat_life.h).
#include <algorithm>
#include <utility>

#include "sim/live/live_cluster_impl.h"
#include "sim/seat_life.h"

namespace bsn {
namespace {

constexpr Duration rpc_limit = seconds(20);

using Digests = std::map<CityIndex, std::vector<ChainDigest>>;

// What this city's node says of the chain; nullptr: it said nothing.
const ChainDigest* said(const Topology& topology, const Digests& digests, const std::string& city,
                        const ChainName& chain) {
  const auto node = digests.find(*find_city(topology, city));
  if (node == digests.end()) return nullptr;
  const auto found =
      std::find_if(node->second.begin(), node->second.end(), [&](const auto& one) { return one.chain == chain; });
  return found == node->second.end() ? nullptr : &*found;
}

bool changes(const Chain& chain) {
  return chain.state == RouteState::open && (chain.reseating || !chain.promoting.empty());
}

}  // namespace

// Members that are down say nothing.
Digests LiveCluster::Impl::ask_members_that_change() {
  std::map<std::string, CityIndex> asked;
  for (const Chain& chain : topology.chains) {
    if (!changes(chain)) continue;
    for (const auto* members : {&chain.validators, &chain.promoting}) {
      for (const std::string& member : *members) {
        const CityIndex city = *find_city(topology, member);
        if (city.value < nodes.size() && nodes[city.value].process.running()) asked[nodes[city.value].address] = city;
      }
    }
  }
  std::vector<std::string> addresses;
  for (const auto& [address, city] : asked) addresses.push_back(address);
  Digests digests;
  if (addresses.empty()) return digests;
  for (auto& [address, chains] : rpc.digests(addresses, rpc_limit)) digests[asked.at(address)] = std::move(chains);
  return digests;
}

// A seat that was lost before it was opened is given up, what came about is written down, who caught up gets a seat.
std::optional<LifeStep> LiveCluster::Impl::seat_step_of(const Chain& chain, const Digests& digests) const {
  const std::vector<ValidatorIndex> wanted = wanted_voters(chain);
  for (const std::string& city : chain.validators) {
    const ChainDigest* one = said(topology, digests, city, chain.name);
    if (one == nullptr) continue;
    if (one->silent && chain.validators.size() > 1 && needs_new_seat(topology, chain))
      return LifeStep{LifeStep::Kind::reseat, city, chain.name};
    if (chain.reseating && one->voters == wanted) return LifeStep{LifeStep::Kind::settle, {}, chain.name};
  }
  if (chain.reseating) return std::nullopt;
  for (const std::string& city : chain.promoting) {
    const ChainDigest* one = said(topology, digests, city, chain.name);
    if (one != nullptr && one->joined) return LifeStep{LifeStep::Kind::promote, city, chain.name};
  }
  return std::nullopt;
}

Result<Done> LiveCluster::Impl::advance_seats() {
  const Digests digests = ask_members_that_change();
  std::vector<LifeStep> steps;
  for (const Chain& chain : topology.chains) {
    if (!changes(chain)) continue;
    if (auto step = seat_step_of(chain, digests)) steps.push_back(std::move(*step));
  }
  for (const LifeStep& step : steps) {
    if (auto done = take(ClusterStep(step)); !done) return done;
  }
  return Done{};
}

}  // namespace bsn
