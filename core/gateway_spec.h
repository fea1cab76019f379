// What a gateway must know: city nodes, chains with their peers, projects with grants and plans.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.h"
#include "core/chain_spec.h"
#include "core/digest.h"

namespace bsn {

// A project's quota. 0 means unlimited.
struct Plan {
  double calls_per_second = 0;
  double burst = 0;  // the bucket's size in calls; at least 1 when calls_per_second is set
  std::uint64_t calls_per_day = 0;
  bool operator==(const Plan&) const = default;
};

// How a gateway chooses among the peers of a chain that can be called; see gateway/route_policy.h.
enum class RoutePolicy : std::uint8_t {
  nearest,        // the shortest way
  least_latency,  // the way plus what peers lately took beyond it
  least_loaded,   // of two peers drawn, the one with fewer calls under way
  pinned,         // the first of a list that can be called, and no other
  consistent,     // each account has its own city as long as that can be called
  hedged,         // as nearest; a read that is late is sent to the next nearest too, and the first answer counts
};
inline constexpr RoutePolicy route_policies[] = {RoutePolicy::nearest,      RoutePolicy::least_latency,
                                                 RoutePolicy::least_loaded, RoutePolicy::pinned,
                                                 RoutePolicy::consistent,   RoutePolicy::hedged};
std::string_view to_string(RoutePolicy policy);

struct RoutingRule {
  static constexpr std::uint32_t compare_max = 4;

  RoutePolicy policy = RoutePolicy::nearest;
  std::vector<CityIndex> pins{};            // pinned: in this order, at least one; else empty
  Duration hedge_after = milliseconds(20);  // hedged: beyond the time of the way there and back
  // Reads at level final go to so many peers, whose answers must agree: 2 ... compare_max; 0: to one, nothing is
  // compared. Such reads are not hedged.
  std::uint32_t compare = 0;

  // To how many peers at once such a call goes.
  std::uint32_t peers_asked(Operation operation, Level level) const {
    return compare > 0 && operation == Operation::query && level == Level::final_ ? compare : 1;
  }
  bool operator==(const RoutingRule&) const = default;
};

// Who may call. The access key itself is never kept, only its SHA-256.
struct ProjectSpec {
  std::string name;
  Digest key_hash;
  std::vector<std::string> networks;  // granted; "*" grants all
  Plan plan;
  std::optional<RoutingRule> routing{};  // of its calls; none: as the route has it
};

// Retries: each call earns `budget_per_call` tokens, each retry spends one; the bucket holds `budget_max`. So that all
// attempts together stay below (1 + budget_per_call) x calls + budget_max.
struct RetryParameters {
  std::uint32_t max_attempts = 3;
  double budget_per_call = 0.1;
  double budget_max = 100;
};

// When a city node is passed over although its stream stands.
struct HealthParameters {
  std::uint32_t failures_in_a_row = 5;
  Duration ejected_for = seconds(5);
  // Of a chain's peers; one may always be ejected. Are more, then none of them is passed over: it is not the nodes.
  double ejected_share_max = 0.1;
  std::uint32_t open_calls_max = 10'000;  // under way at one city node; the next call goes elsewhere
  // A node that has said nothing for `probe_after` is asked for a sign of life; it is passed over when none comes
  // within `probe_timeout`, until one comes. 0: nobody is asked.
  Duration probe_after = seconds(5);
  Duration probe_timeout = seconds(2);
};

// The life of a chain as its callers see it.
enum class RouteState : std::uint8_t {
  open,
  draining,  // no new calls; open ones end
  retired,   // gone: nobody hosts it, its name is free for another chain; its index is never used again
  starting,  // hosted, but its peers have not begun to order yet: no calls
};
std::string_view to_string(RouteState state);

// How a chain is offered to clients of the network that it simulates, in the words of that network.
struct NativeInterface {
  std::string netcode;         // BSN's name for it: "ETH-Mainnet"; empty: not offered
  std::string dialect{};       // "ethereum"
  std::uint64_t chain_id = 0;  // that signatures are made for, where the dialect has one
  bool operator==(const NativeInterface&) const = default;
};

// What part a chain has in cross-chain transfers.
enum class CrossChainPart : std::uint8_t {
  none,
  end,          // linked to every hub
  hub,          // outcomes come back
  one_way_hub,  // they do not
};

// A chain as the gateway sees it.
struct RouteSpec {
  ChainIndex index;
  ChainName name;
  NetworkKind kind = NetworkKind::alliance;
  std::string family;  // "raft", "bft": shown by ListNetworks
  std::vector<CityIndex> validators;
  std::vector<CityIndex> followers;
  RouteState state = RouteState::open;
  // Of a service's chain; the chains of a topology leave them empty.
  std::string owner{};                   // the project that alone may call; empty: whoever is granted the network
  Plan plan{};                           // for all its callers together; calls_per_day counts for nothing here
  std::vector<std::string> contracts{};  // that may be called; empty: all
  RoutingRule routing{};                 // of calls whose project has no rule of its own
  NativeInterface native{};
  CrossChainPart cross_chain = CrossChainPart::none;
  Duration finality{};  // that a write is expected to take (core/expected_finality.h)
};

// What came and went on one route since the gateway started.
struct RouteUse {
  std::uint64_t calls = 0;          // admitted
  std::uint64_t over_capacity = 0;  // refused because the route's plan was spent
  // What its callers sent and got: names, arguments and results, without what carries them.
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::vector<CityIndex> busy{};  // where calls are out now, in order of index
};

// How several gateways share the accounts and quotas of a network: one holds them, the others follow it.
struct GatewayTeam {
  std::uint32_t gateways = 1;  // that share the projects' calls per second, this one included
  std::string holder{};        // address of the one that holds accounts and quotas; empty: this one does
  std::string holder_city{};   // its home, for people
  bool operator==(const GatewayTeam&) const = default;
};

struct GatewaySpec {
  std::uint64_t revision = 0;  // grows; a gateway that holds a newer one ignores it
  CityIndex home;              // calls that name no origin count as admitted here
  std::uint64_t seed = 1;
  WanParameters wan;
  std::vector<CitySpec> cities;   // all, in the order of their index
  std::vector<RouteSpec> routes;  // all, in the order of their index
  std::vector<ProjectSpec> projects;
  RetryParameters retry;
  HealthParameters health;
  std::uint32_t max_calls = 20'000;  // under way at once; beyond: RESOURCE_EXHAUSTED GATEWAY_FULL
  GatewayTeam team{};
  // City nodes that turn on one loop of one process, in groups: one stream carries the calls to all of a group. Each
  // city is in one at most; a running gateway keeps those of its start.
  std::vector<std::vector<CityIndex>> shared_loops{};
};

}  // namespace bsn
