// THE configuration struct: a whole experiment. File, flags, `bsnsim dump` and the JSON Schema all speak of its fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/call.h"
#include "core/chain_spec.h"
#include "core/time.h"
#include "sim/hosting.h"
#include "sim/topology.h"

namespace bsn {

// ---- rates: how many calls are offered when (open loop: never slowed down by slow answers) ----

struct FixedRate {  // fixed-rate: evenly spaced
  double tps = 0;
};
struct PoissonRate {  // poisson: exponential gaps around this mean
  double tps = 0;
};
struct LinearRate {  // linear-rate: from starting_tps to finishing_tps over the round
  double starting_tps = 0;
  double finishing_tps = 0;
};
struct RateStage {
  Duration duration;
  double tps = 0;  // reached linearly at the end of the stage
};
struct StagedRate {  // stages: as k6's ramping arrival rate, from starting_tps over the stages
  double starting_tps = 0;
  std::vector<RateStage> stages;
};
using Rate = std::variant<FixedRate, PoissonRate, LinearRate, StagedRate>;

// ---- workload ----

// One kind of call in a mix. `args` may hold placeholders, drawn anew for each call: {account} a genesis account,
// {other_account} another one than {account}, {amount A B} a whole number in [A, B], {key N} one of N keys, {value N} N
// bytes of text, {sequence} the number of the call in the round.
struct MixEntry {
  double weight = 1;  // > 0, relative to the others
  ChainName chain;
  Operation operation = Operation::query;
  std::string contract;
  std::string function;
  std::vector<std::string> args;
  Level level = Level::local;
};

struct Threshold {
  std::string metric;   // "p99_ms", "p50_ms", "failed_share", "goodput_tps"
  bool at_most = true;  // else at least
  double value = 0;
};

struct Round {
  std::string label;
  Duration duration;  // of sending
  Rate rate;
  Duration deadline = seconds(30);  // of each call
  Duration drain = seconds(30);     // waited for open calls after the last was sent; then they count as unfinished
  std::vector<std::string>
      origins;  // cities whose gateways admit the calls, drawn uniformly; empty: the gateway's city
  std::vector<MixEntry> mix;
  std::vector<Threshold> thresholds;
  bool in_turn = false;  // calls come from the entries of the mix one after the other, whatever their weights: for
                         // rounds that programs make (sim/latency_matrix.h); files have no key for it
};

// ---- faults: the weather ----

// Partitions cut the links between peers. Kills, pauses, latency, loss and clocks concern the calls of the gateway too.

enum class FaultKind : std::uint8_t {
  kill,
  restart,    // with what its disk holds
  lose_disk,  // of a killed city: it restarts with an empty one, see node/chain_peer.h on validators that join
  pause,
  resume,
  partition,
  heal,  // ends partitions and the faults of links, sets clocks right
  // Faults of the links from and to the targets until a later fault of the kind says 0; sim/link_weather.h.
  latency,
  loss,
  reset_peer,
  duplicate,
  reorder,
  clock_skew,  // the targets' clocks are ahead by `delay`
  // What operators do, see life_cycle.h; each goes on by itself until the city is connected, drained or gone.
  commission,
  drain,
  leave,  // drains first
};
std::string_view to_string(FaultKind kind);

struct Fault {
  Duration at;  // since the start of the first round
  FaultKind kind = FaultKind::kill;
  std::vector<std::string> targets{};              // cities, or relayers; of partition and heal none
  std::vector<std::vector<std::string>> groups{};  // partition: cities of one group reach each other only; unnamed
                                                   // cities form the last group
  bool one_way = false;                            // partition: messages of a group still reach the groups before it
  Duration delay{};                                // latency, reorder: added; clock_skew: ahead
  double share = 0;                                // loss, reset_peer, duplicate, reorder: of the messages
};

struct Scenario {
  std::string name;
  std::string description;
  std::uint64_t seed = 1;
  Topology topology;
  Durability durability = Durability::fsync;
  Hosting hosting = Hosting::process_per_node;  // of its live runs
  std::string project;                          // which project's key the load uses; default: the first
  Duration settle = seconds(10);  // at most this long until every chain has a leader or first block before the load
  std::vector<Round> rounds;
  std::vector<Fault> faults;                   // in the order of `at`
  std::vector<ServiceOrder> services{};        // that may be deployed while it runs
  std::vector<ServiceEvent> service_events{};  // in the order of `at`
};

// The order of this id among the scenario's services; nullptr: none.
const ServiceOrder* find_order(const Scenario& scenario, const std::string& id);

// The key with which the load calls: that of the scenario's project. Empty when the topology has none.
std::string access_key(const Scenario& scenario);

// What is wrong with the scenario as a whole (topology included); empty: fine.
std::vector<std::string> check(const Scenario& scenario);

// The faults of the scenario that its live runs can't bring about, in sentences of the same form; empty: none.
std::vector<std::string> faults_not_live(const Scenario& scenario);

}  // namespace bsn
