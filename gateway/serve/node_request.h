// What the requests that go to one node by themselves (a lookup of a transaction, a watch of blocks) have in common.
#pragma once

#include <optional>
#include <string>

#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/request_metadata.h"

namespace bsn {

// Where such a request goes: the nearest healthy peer of the chain and the origin that it was admitted at.
struct NodeChoice {
  CityIndex city;
  CityIndex origin;
  v1::CityNode::Stub* stub = nullptr;
};

// On the loop's thread. Key, grant and rate as for a call (takes one call's credit); the reply says why not.
std::optional<Reply> admit_request(GatewayShell& shell, Instant now, const Credentials& who,
                                   const RequestMetadata& metadata, const ChainName& chain);

// On the loop's thread. nullopt with `refused` set: unknown chain or origin, or nobody is healthy. Peers in `avoid` are
// taken only when no other is healthy.
std::optional<NodeChoice> choose_node(GatewayShell& shell, Instant now, const ChainName& chain,
                                      const RequestMetadata& metadata, std::optional<CityIndex> avoid, Reply& refused);

}  // namespace bsn
