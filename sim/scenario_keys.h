// The keys of scenario and topology files (those of networks: sim/network_keys.h): name, type, range, default and help,
// each said once. Reader, dump and JSON Schema all walk these functions (sim/config_shapes.h); a key's default is its
// field's initial value.
#pragma once

#include "sim/config_shapes.h"
#include "sim/fault_keys.h"
#include "sim/network_keys.h"
#include "sim/scenario.h"
#include "sim/service_keys.h"

namespace bsn {

inline const ChoiceKind<Provider> provider_kind{
    {{"China Mobile", "China Telecom", "China Unicom", "Baidu Cloud", "Microsoft Azure"}}};
inline const ChoiceKind<CityState> city_state_kind{
    {{"building", "syncing", "connected", "draining", "left"}, " ('overseas' is a region: write `region: overseas`)"}};
inline const ChoiceKind<Region> region_kind{{{"mainland", "overseas"}}};
inline const ChoiceKind<Durability> durability_kind{{{"fsync", "os"}}};
inline const ChoiceKind<Hosting> hosting_kind{{{"process-per-node", "process-per-provider", "single"}}};
inline const ChoiceKind<Operation> operation_kind{{{"submit", "query"}}};
inline const ChoiceKind<Level> level_kind{{{"accepted", "committed", "final", "local"}}};

inline constexpr RealKind tps_kind{0, 1e6};
inline constexpr ListKind<NameKind> cities_kind{};

// "p99_ms <= 50"
struct ThresholdKind {
  using Value = Threshold;
  void read(const ConfigNode& node, Threshold& value, const Spot& spot) const;
  boost::json::value print(const Threshold& value) const;
  boost::json::object schema() const;
};

// ---- topology ----

template <class V>
void describe(V& v, City& city) {
  v.need("id", city.id, NameKind{}, "names the city node everywhere");
  v.key("name", city.name, TextKind{}, "for people");
  v.key("province", city.province, TextKind{}, "or country");
  v.need("lat", city.place.latitude, RealKind{-90, 90}, "degrees, north is positive");
  v.need("lon", city.place.longitude, RealKind{-180, 180}, "degrees, east is positive");
  v.key("region", city.place.region, region_kind, "side of the border");
  v.key("state", city.state, city_state_kind, "life of the city node");
  v.key("follows", city.follows, ListKind<TextKind>{{129}},
        "chains (network/chain) that it gets a copy of when it is commissioned; empty: those of the nearest connected "
        "city");
  v.key("validates", city.validates, ListKind<TextKind>{{129}},
        "chains (network/chain) of which it becomes a validator when it is commissioned; Raft and BFT chains");
  v.need("provider", city.place.provider, provider_kind, "the cloud it runs on");
  v.key("capacity", city.capacity, Section<Capacity>{}, "what it has for services");
  v.key("zone", city.zone, TextKind{64}, "the zone that it lies in; none: distance alone counts");
  v.key("line", city.line, Section<Line>{}, "its own line; unlimited: its zone's");
}

template <class V>
void describe(V& v, Zone& zone) {
  v.need("name", zone.name, NameKind{}, "as cities and world sites name it");
  v.key("line", zone.line, Section<Line>{}, "of each of its places");
  v.key("latency", zone.latency, ListKind<DurationKind>{{{}, seconds(10)}},
        "mean, one way, to each zone in the order of the list; none: by distance");
}

template <class V>
void describe(V& v, WorldSite& site) {
  v.need("name", site.name, TextKind{}, "for people");
  v.key("country", site.country, TextKind{}, "code of two letters");
  v.need("lat", site.latitude, RealKind{-90, 90}, "degrees, north is positive");
  v.need("lon", site.longitude, RealKind{-180, 180}, "degrees, east is positive");
  v.key("region", site.region, region_kind, "side of the border");
  v.key("weight", site.weight, RealKind{0, 1e6, true}, "how likely it is chosen, relative to the others");
  v.key("zone", site.zone, TextKind{64}, "the zone that it lies in; none: distance alone counts");
}

template <class V>
void describe(V& v, Chain& chain) {
  v.need("name", chain.name, ChainNameKind{}, "network/chain");
  v.key("validators", chain.validators, cities_kind,
        "cities whose peers order and vote, 1 ... 1000; none: the network's outside peers");
  v.key("stake", chain.stake, ListKind<WholeKind<std::uint64_t>>{{1, 1'000'000'000}},
        "of each validator named, or its hash power; empty: all equal");
  v.key("tolerates", chain.tolerates, WholeKind<std::uint32_t>{0, most_validators},
        "faulty validators that it has to bear; 0: as many as its consensus can");
  v.key("followers", chain.followers, cities_kind, "cities with a full copy that does not vote");
}

template <class V>
void describe(V& v, Plan& plan) {
  v.key("calls_per_second", plan.calls_per_second, RealKind{0, 1e9}, "0: unlimited");
  v.key("burst", plan.burst, RealKind{0, 1e9}, "calls that may come at once; at least 1 when calls_per_second is set");
  v.key("calls_per_day", plan.calls_per_day, WholeKind<std::uint64_t>{0, 1'000'000'000'000}, "0: unlimited");
}

template <class V>
void describe(V& v, Project& project) {
  v.need("id", project.id, NameKind{}, "who is calling");
  v.need("key", project.key, TextKind{256}, "access key; opens nothing but the simulation");
  v.need("networks", project.networks, ListKind<NameKind>{{.star = true}}, "granted; \"*\": all");
  v.key("plan", project.plan, Section<Plan>{}, "quota");
}

template <class V>
void describe(V& v, WanParameters& wan) {
  v.key("enabled", wan.enabled, FlagKind{}, "false: no delay, no loss");
  v.key("fibre_km_per_second", wan.fibre_km_per_second, RealKind{1000, 300'000}, "light in glass");
  v.key("mainland_detour", wan.mainland_detour, RealKind{1, 10}, "path length / great circle, inside mainland China");
  v.key("overseas_detour", wan.overseas_detour, RealKind{1, 10}, "the same for every other path");
  v.key("fixed", wan.fixed, DurationKind{{}, seconds(1)}, "equipment at the ends, one way");
  v.key("other_provider_min", wan.other_provider_min, DurationKind{{}, seconds(1)},
        "crossing between providers, near cities");
  v.key("other_provider_max", wan.other_provider_max, DurationKind{{}, seconds(1)}, "the same, cities 2,000 km apart");
  v.key("border", wan.border, DurationKind{{}, seconds(1)}, "mainland to overseas, one way");
  v.key("jitter_share", wan.jitter_share, ShareKind{}, "mean jitter as a share of the base delay ...");
  v.key("jitter_fixed", wan.jitter_fixed, DurationKind{{}, seconds(1)}, "... plus this");
  v.key("mainland_loss", wan.mainland_loss, ShareKind{},
        "lost packets inside mainland China or between overseas cities");
  v.key("inbound_loss", wan.inbound_loss, ShareKind{}, "lost packets on the way into mainland China");
  v.key("retransmit_min", wan.retransmit_min, DurationKind{{}, seconds(10)}, "least cost of a lost packet");
}

template <class V>
void describe(V& v, RetryParameters& retry) {
  v.key("max_attempts", retry.max_attempts, WholeKind<std::uint32_t>{1, 10}, "of one call, the first included");
  v.key("budget_per_call", retry.budget_per_call, RealKind{0, 1}, "retries earned by each call");
  v.key("budget_max", retry.budget_max, RealKind{0, 1e6}, "retries that may be saved up");
}

template <class V>
void describe(V& v, HealthParameters& health) {
  v.key("failures_in_a_row", health.failures_in_a_row, WholeKind<std::uint32_t>{1, 1000},
        "then a city node is left alone");
  v.key("ejected_for", health.ejected_for, timer_kind, "this long");
  v.key("ejected_share_max", health.ejected_share_max, ShareKind{},
        "of a chain's peers; are more ejected, none is left alone");
  v.key("open_calls_max", health.open_calls_max, WholeKind<std::uint32_t>{1, 10'000'000},
        "under way at one city node; the next call goes elsewhere");
  v.key("probe_after", health.probe_after, DurationKind{{}, seconds(600)},
        "a city node that was silent so long is asked for a sign of life; 0: none is");
  v.key("probe_timeout", health.probe_timeout, DurationKind{milliseconds(1), seconds(600)},
        "without one for so long it is left alone until one comes");
}

template <class V>
void describe(V& v, RoutingChoice& choice) {
  v.key("policy", choice.policy, route_policy_kind, "how a peer is chosen among those that can be called");
  v.key("cities", choice.cities, cities_kind, "pinned: the first that can be called, and no other");
  v.key("hedge_after", choice.hedge_after, pause_kind,
        "hedged: a read that is later than the way there and back by this much goes to a second peer too");
  v.key("compare", choice.compare, WholeKind<std::uint32_t>{0, RoutingRule::compare_max},
        "reads at level final go to so many peers, whose answers must agree; 0: to one");
}

template <class V>
void describe(V& v, NamedRouting& named) {
  v.need("id", named.id, NameKind{}, "of the network or project");
  describe(v, named.choice);
}

template <class V>
void describe(V& v, Routing& routing) {
  describe(v, routing.choice);
  v.key("networks", routing.networks, ListKind<Section<NamedRouting>>{}, "for the calls of one network");
  v.key("projects", routing.projects, ListKind<Section<NamedRouting>>{},
        "for the calls of one project; counts before its network's");
}

template <class V>
void describe(V& v, CrossChain::Hub& hub) {
  ChannelRules& rules = hub.rules;
  v.need("chain", hub.chain, ChainNameKind{}, "the hub's ledger, network/chain");
  v.key("acknowledged", rules.acknowledged, FlagKind{}, "outcomes come back and time-outs refund");
  v.key("ordered", rules.ordered, FlagKind{}, "packets are received in the order in which they were sent");
  v.key("in_flight_max", rules.in_flight_max, WholeKind<std::uint32_t>{1, 100'000},
        "packets of one direction between two chains that may be under way");
  v.key("outflow_max", rules.outflow_max, WholeKind<std::uint64_t>{0, 1'000'000'000'000'000},
        "value that may go out in one direction within a window; 0: unlimited");
  v.key("outflow_window", rules.outflow_window, timer_kind, "that window");
  v.key("slash", rules.slash, WholeKind<std::uint64_t>{0, 1'000'000'000},
        "taken from the deposit of the destination's provider for each time-out");
}

template <class V>
void describe(V& v, CrossChain::RelayerPlace& relayer) {
  v.need("name", relayer.name, NameKind{}, "of the relayer");
  v.need("city", relayer.city, NameKind{}, "where its calls come from");
}

template <class V>
void describe(V& v, CrossChain& cross_chain) {
  v.key("hubs", cross_chain.hubs, ListKind<Section<CrossChain::Hub>>{}, "every other chain is linked to each of them");
  v.key("relayers", cross_chain.relayers, ListKind<Section<CrossChain::RelayerPlace>>{},
        "who carries packets; several compete");
}

template <class V>
void describe(V& v, Topology& topology) {
  v.key("topology", topology.name, TextKind{}, "name of the topology");
  v.key("wan", topology.wan, Section<WanParameters>{}, "the wide-area network between cities (core/wan_model.h)");
  v.group("gateway", "where calls come in", [&](auto& gateway) {
    gateway.key("city", topology.gateway_city, NameKind{}, "its home; of several, the one that holds the accounts");
    gateway.key("also_in", topology.more_gateways, cities_kind, "cities with a further gateway each");
    gateway.key("max_calls", topology.max_calls, WholeKind<std::uint32_t>{1, 10'000'000}, "under way at once");
    gateway.key("retry", topology.retry, Section<RetryParameters>{}, "when a city node fails");
    gateway.key("health", topology.health, Section<HealthParameters>{}, "when a city node is left alone");
    gateway.key("routing", topology.routing, Section<Routing>{}, "where calls go");
  });
  v.key("cities", topology.cities, ListKind<Section<City>>{}, "city nodes");
  v.key("world", topology.world, ListKind<Section<WorldSite>>{}, "where validators of public networks stand");
  v.key("zones", topology.zones, ListKind<Section<Zone>>{}, "parts of the world with lines and latencies in common");
  v.key("outside_scale", topology.outside_scale, RealKind{0, 1},
        "share of the outside peers in a run; 0: all in virtual time, 4 to 7 of each network live");
  v.key("networks", topology.networks, ListKind<Section<Network>>{}, "blockchain systems");
  v.key("chains", topology.chains, ListKind<Section<Chain>>{}, "ledgers and who hosts them");
  v.key("projects", topology.projects, ListKind<Section<Project>>{}, "who may call");
  v.key("cross_chain", topology.cross_chain, Section<CrossChain>{}, "calls from one chain to another");
}

// ---- scenario ----

template <class V>
void describe(V& v, FixedRate& rate) {
  v.need("tps", rate.tps, tps_kind, "calls per second, evenly spaced");
}

template <class V>
void describe(V& v, PoissonRate& rate) {
  v.need("tps", rate.tps, tps_kind, "calls per second on average, exponential gaps");
}

template <class V>
void describe(V& v, LinearRate& rate) {
  v.need("starting_tps", rate.starting_tps, tps_kind, "calls per second at the start of the round");
  v.need("finishing_tps", rate.finishing_tps, tps_kind, "at its end");
}

template <class V>
void describe(V& v, RateStage& stage) {
  v.need("duration", stage.duration, DurationKind{milliseconds(1)}, "of the stage");
  v.need("tps", stage.tps, tps_kind, "reached linearly at its end");
}

template <class V>
void describe(V& v, StagedRate& rate) {
  v.key("starting_tps", rate.starting_tps, tps_kind, "calls per second at the start of the round");
  v.need("stages", rate.stages, ListKind<Section<RateStage>>{}, "together as long as the round");
}

template <class V>
void describe(V& v, MixEntry& entry) {
  v.key("weight", entry.weight, RealKind{0, 1e6, true}, "share of the calls, relative to the other entries");
  v.need("chain", entry.chain, ChainNameKind{}, "network/chain");
  v.need("operation", entry.operation, operation_kind, "submit (a write) or query (a read)");
  v.need("contract", entry.contract, NameKind{}, "kv or asset");
  v.need("function", entry.function, NameKind{}, "of the contract");
  v.key("args", entry.args, ListKind<TextKind>{},
        "may hold {account}, {other_account}, {amount A B}, {key N}, {value N}, {sequence}");
  v.need("level", entry.level, level_kind, "what must be true before the answer");
}

template <class V>
void describe(V& v, Round& round) {
  v.need("label", round.label, NameKind{}, "name of the round in reports");
  v.need("duration", round.duration, DurationKind{milliseconds(1)}, "of sending");
  v.need("rate", round.rate, OneOf<Rate>{{"fixed-rate", "poisson", "linear-rate", "stages"}},
         "how many calls come when");
  v.key("deadline", round.deadline, DurationKind{milliseconds(1)}, "of each call");
  v.key("drain", round.drain, DurationKind{}, "wait for open calls after the last was sent");
  v.key("origins", round.origins, cities_kind, "cities where calls start; empty: the gateway's city");
  v.need("mix", round.mix, ListKind<Section<MixEntry>>{}, "the kinds of calls");
  v.key("thresholds", round.thresholds, ListKind<ThresholdKind>{},
        "such as \"p99_ms <= 50\"; a missed one fails the run");
}

template <class V>
void describe(V& v, Scenario& scenario) {
  v.key("name", scenario.name, NameKind{}, "of the scenario");
  v.key("description", scenario.description, TextKind{4096}, "what it is for");
  v.key("seed", scenario.seed, WholeKind<std::uint64_t>{}, "of all chance in the run");
  v.key("durability", scenario.durability, durability_kind, "fsync: on the platter; os: in the page cache");
  v.key("hosting", scenario.hosting, hosting_kind,
        "which city nodes of a live run share a process; only with a process per node can one be killed");
  v.key("project", scenario.project, NameKind{}, "whose key the load uses; default: the first");
  v.key("settle", scenario.settle, DurationKind{}, "at most this long for leaders and first blocks before the load");
  describe(v, scenario.topology);
  v.key("rounds", scenario.rounds, ListKind<Section<Round>>{}, "of load, one after the other");
  v.key("faults", scenario.faults, ListKind<Section<Fault>>{}, "in the order of time");
  v.key("services", scenario.services, ListKind<Section<ServiceOrder>>{}, "that may be deployed while it runs");
  v.key("service_events", scenario.service_events, ListKind<Section<ServiceEvent>>{}, "in the order of time");
}

}  // namespace bsn
