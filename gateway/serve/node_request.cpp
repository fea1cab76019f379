#include "gateway/serve/node_request.h"

#include <algorithm>

namespace bsn {

std::optional<Reply> admit_request(GatewayShell& shell, Instant now, const Credentials& who,
                                   const RequestMetadata& metadata, const ChainName& chain) {
  if (auto refused = shell.admit(now, who, chain)) return refused;
  if (metadata.malformed)
    return refusal(Status::invalid_argument, Reason::malformed, "x-bsn-origin is not a city's name");
  return std::nullopt;
}

std::optional<NodeChoice> choose_node(GatewayShell& shell, Instant now, const ChainName& chain,
                                      const RequestMetadata& metadata, std::optional<CityIndex> avoid, Reply& refused) {
  const GatewaySpec& spec = shell.gateway().spec();
  CityIndex origin = spec.home;
  if (!metadata.origin.empty()) {
    const auto city = std::find_if(spec.cities.begin(), spec.cities.end(),
                                   [&](const CitySpec& each) { return each.name == metadata.origin; });
    if (city == spec.cities.end()) {
      refused = refusal(Status::invalid_argument, Reason::malformed, "the origin is not a city of this network");
      return std::nullopt;
    }
    origin = city->index;
  }
  const auto candidates = shell.gateway().explain(now, {chain, metadata.origin}).candidates;
  std::optional<NodeChoice> choice;
  for (const RouteCandidate& candidate : candidates) {
    v1::CityNode::Stub* stub = shell.stub(candidate.city);
    if (!candidate.healthy || !stub) continue;
    if (choice && choice->city != avoid) break;
    if (!choice || candidate.city != avoid) choice = NodeChoice{candidate.city, origin, stub};
  }
  if (choice) return choice;
  refused =
      candidates.empty()
          ? refusal(Status::not_found, Reason::unknown_network, "there is no chain " + to_string(chain))
          : refusal(Status::unavailable, Reason::no_healthy_peer, "no peer of " + to_string(chain) + " is healthy");
  return std::nullopt;
}

}  // namespace bsn
