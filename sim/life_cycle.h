// The life cycle of a city node as steps of the topology: building -> syncing -> connected -> draining -> left.
//
// Pure functions: each takes the topology as it is and gives the one that is to be, with the next revision, or an Error
// (invalid_configuration) that says why that step can't be taken; then nothing has changed. Whoever drives a cluster
// hands the parts of the new topology (node_spec, gateway_spec) to those whom it concerns (changed_nodes) and to the
// gateway, and takes the next step when the nodes have followed: connect() when the node says that its peers have
// caught up, leave() when the gateway has no call out there any more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "sim/topology.h"

namespace bsn {

// building or left -> syncing. The city gets a copy (a follower) of the chains in its `follows`, or, where that is
// empty, of those that the nearest connected city on its side of the border hosts (on the mainland no public ones,
// overseas no alliance ones). Of those in its `validates` and in `validates` it becomes a validator when it has caught
// up (sim/seat_life.h); only of Raft and BFT chains it can. One that left as a validator of a chain has its seat again,
// of a Raft chain a new one. It joins them: no route leads there yet.
Result<Topology> commission(const Topology& topology, const std::string& city,
                            const std::vector<std::string>& validates = {});

// syncing -> connected: routes lead there.
Result<Topology> connect(const Topology& topology, const std::string& city);

// connected -> draining: it gets no new calls. Refused where it is the last connected city of a chain, and where a
// chain could not do without the validators that have left, those that drain and this one.
Result<Topology> drain(const Topology& topology, const std::string& city);

// draining -> left: it hosts nothing any more. Its seats as a validator stay, empty.
Result<Topology> leave(const Topology& topology, const std::string& city);

// A step by name, as an operator writes it down. to_leave changes nothing yet: the city leaves once no call is out
// there. The last three are those of sim/seat_life.h.
struct LifeStep {
  enum class Kind : std::uint8_t { commission, connect, drain, to_leave, leave, promote, settle, reseat };
  Kind kind = Kind::commission;
  std::string city{};                    // of all but settle
  ChainName chain{};                     // promote, settle, reseat
  std::vector<std::string> validates{};  // commission
};
std::string_view to_string(LifeStep::Kind kind);
std::optional<LifeStep::Kind> parse_life_step(std::string_view name);
Result<Topology> take(const Topology& topology, const LifeStep& step);

// Cities whose node_spec differs between the two but for the revision, in order of index.
std::vector<CityIndex> changed_nodes(const Topology& before, const Topology& after);

// The chains of which a city would get a copy when it is commissioned.
std::vector<ChainName> chains_to_follow(const Topology& topology, const City& city);

}  // namespace bsn
