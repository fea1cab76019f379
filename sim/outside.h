// Outside peers: the validators of a public network, which stand in the world's cities and not on BSN's nodes.
//
// A profile says how many its network has (`outside: {validators: 300}`). Where a topology names no validators of such
// a network's chain, hosts of them are added behind the cities: "tezos.outside-0" ..., in state `outside`. BSN's own
// nodes follow. Where they stand is drawn by the weights of the topology's world sites, from the network's id alone:
// the same in every run, and the first ones are the same whatever the scale.
#pragma once

#include <cstdint>

#include "sim/topology.h"

namespace bsn {

enum class RunMode : std::uint8_t { virtual_time, live };

// How many of a network's validators a run carries. `scale` is Topology::outside_scale: 0 means all in virtual time,
// and live all if there are 7 at most and else 4. Otherwise the share, at least 4; never more than there are.
std::uint32_t outside_count(std::uint32_t validators, double scale, RunMode mode);

// The topology with hosts of the outside peers and with chains that name them as validators. Producers of a dpos
// schedule are as many as there are validators at most. Unchanged where no network has outside peers. The topology was
// checked.
Topology with_outside_peers(Topology topology, RunMode mode);

// The cities that belong to BSN: those before the first outside one.
std::size_t own_cities(const Topology& topology);

}  // namespace bsn
