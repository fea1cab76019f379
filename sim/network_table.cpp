#include "sim/network_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace bsn {
namespace {

// How many order blocks in the real network: its outside validators, or those of its first chain.
std::size_t validators(const Topology& topology, const Network& network) {
  if (network.outside.validators > 0) return network.outside.validators;
  const auto chain = std::find_if(topology.chains.begin(), topology.chains.end(),
                                  [&](const Chain& one) { return one.name.network == network.id; });
  return chain == topology.chains.end() ? 0 : chain->validators.size();
}

std::size_t chains(const Topology& topology, const Network& network) {
  return static_cast<std::size_t>(std::count_if(topology.chains.begin(), topology.chains.end(),
                                                [&](const Chain& one) { return one.name.network == network.id; }));
}

}  // namespace

std::string network_table(const Topology& topology) {
  std::string table =
      "| Network | Kind | Protocol | Engine | Validators | Chains | Profile |\n|---|---|---|---|---|---|---|\n";
  for (const Network& network : topology.networks) {
    table += fmt::format("| {} | {} | {} | {} | {} {} | {} | configs/networks/{}.yaml |\n", network.name,
                         to_string(network.kind), network.protocol, family_name(network.engine),
                         validators(topology, network), network.outside.validators > 0 ? "outside" : "in BSN",
                         chains(topology, network), network.id);
  }
  return table;
}

}  // namespace bsn
