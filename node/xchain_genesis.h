// What the cross-chain contracts find in the state from genesis on: who the chain is, whom it is linked to, by what
// rules.
#pragma once

#include <optional>

#include "core/cross_chain_spec.h"
#include "node/state_overlay.h"

namespace bsn {

// The chain's own name; nullopt: it takes no part in cross-chain calls.
std::optional<ChainName> own_name(StateOverlay& state);

// Of an end: the rules of this hub's channels; nullopt: it is not linked to it.
std::optional<ChannelRules> link_rules(const ChainName& hub, StateOverlay& state);
// Of an end: whether that chain can be reached by way of this hub.
bool reachable(const ChainName& hub, const ChainName& chain, StateOverlay& state);
// Of a hub: its rules; nullopt: this chain is no hub.
std::optional<ChannelRules> hub_rules(StateOverlay& state);

// Writes links, rules and light clients into the state of a genesis; nothing for an empty spec.
void write_cross_chain_genesis(const ChainName& self, const CrossChainSpec& spec, StateTree& state);

}  // namespace bsn
