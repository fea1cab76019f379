#include "sim/outside.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/random.h"

namespace bsn {
namespace {

constexpr std::uint32_t fewest = 4;              // of any scale: enough to lose one with every family
constexpr std::uint32_t fewest_whole = 7;        // a live run carries so many without leaving any out
constexpr double spread_degrees = 0.1;           // hosts of one site stand apart, as data centres of one city do
constexpr double largest_stake = 1'000'000'000;  // of the first validator, with a Zipf distribution

// The site that a number in [0, sum of weights) falls upon.
const WorldSite& site_at(const std::vector<WorldSite>& sites, double at) {
  for (const WorldSite& site : sites) {
    if (at < site.weight) return site;
    at -= site.weight;
  }
  return sites.back();
}

double sum_of_weights(const std::vector<WorldSite>& sites) {
  double sum = 0;
  for (const WorldSite& site : sites) sum += site.weight;
  return sum;
}

City outside_city(const Topology& topology, const std::string& network, std::uint32_t number, Random& random) {
  const WorldSite& site = site_at(topology.world, random.unit() * sum_of_weights(topology.world));
  City city;
  city.id = network + ".outside-" + std::to_string(number);
  city.name = site.name;
  city.province = site.country;
  city.place = {site.latitude + (random.unit() - 0.5) * spread_degrees,
                site.longitude + (random.unit() - 0.5) * spread_degrees, site.region, Provider::microsoft_azure};
  city.state = CityState::outside;
  city.zone = site.zone;
  return city;
}

// As Zipf's law has it: the n-th largest has 1/n^s of the largest.
std::vector<std::uint64_t> stakes(const OutsidePeers& outside, std::uint32_t count) {
  std::vector<std::uint64_t> stakes;
  if (outside.zipf == 0) return stakes;
  for (std::uint32_t n = 1; n <= count; ++n) {
    const double stake = largest_stake / std::pow(n, outside.zipf);
    stakes.push_back(static_cast<std::uint64_t>(std::max(1.0, std::round(stake))));
  }
  return stakes;
}

void add_hosts(Topology& topology, Network& network, RunMode mode) {
  const std::uint32_t count = outside_count(network.outside.validators, topology.outside_scale, mode);
  Random random = Random(0).fork("outside peers of " + network.id);
  std::vector<std::string> hosts;
  for (std::uint32_t n = 0; n < count; ++n) {
    topology.cities.push_back(outside_city(topology, network.id, n, random));
    topology.cities.back().line = network.outside.line;
    hosts.push_back(topology.cities.back().id);
  }
  if (auto* dpos = std::get_if<DposParameters>(&network.engine)) dpos->producers = std::min(dpos->producers, count);
  for (Chain& chain : topology.chains) {
    if (!has_outside_validators(topology, chain) || chain.name.network != network.id) continue;
    chain.validators = hosts;
    chain.stake = stakes(network.outside, count);
  }
}

}  // namespace

std::uint32_t outside_count(std::uint32_t validators, double scale, RunMode mode) {
  if (scale > 0) {
    const auto share = static_cast<std::uint32_t>(std::lround(validators * scale));
    return std::min(validators, std::max(fewest, share));
  }
  if (mode == RunMode::virtual_time || validators <= fewest_whole) return validators;
  return fewest;
}

Topology with_outside_peers(Topology topology, RunMode mode) {
  for (Network& network : topology.networks) {
    const bool wanted = std::any_of(topology.chains.begin(), topology.chains.end(), [&](const Chain& chain) {
      return chain.name.network == network.id && has_outside_validators(topology, chain);
    });
    if (wanted) add_hosts(topology, network, mode);
  }
  return topology;
}

std::size_t own_cities(const Topology& topology) {
  const auto first = std::find_if(topology.cities.begin(), topology.cities.end(),
                                  [](const City& city) { return city.state == CityState::outside; });
  return static_cast<std::size_t>(first - topology.cities.begin());
}

}  // namespace bsn
