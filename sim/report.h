// What was seen in a run: one object, several forms.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.h"
#include "core/result.h"
#include "core/time.h"
#include "sim/histogram.h"
#include "sim/published.h"
#include "sim/scenario.h"

namespace bsn {

// The parts of a call's time from the intended send to the client's receipt; `client` is what lies outside the gateway.
struct SplitSums {
  std::uint64_t calls = 0;
  CallSplit sum;
  Duration client;
};

struct LatencySummary {
  std::uint64_t count = 0;
  Duration min, p50, p95, p99, p999, max, mean;
};
LatencySummary summarize(const Histogram& histogram);

struct SecondReport {  // one second of a round
  std::uint64_t offered = 0, sent = 0, dropped = 0, succeeded = 0, failed = 0;
};

struct MixReport {  // one entry of a round's mix
  std::string network, chain, operation, contract, function, level;
  std::uint64_t sent = 0, succeeded = 0, failed = 0, unfinished = 0;
  Histogram latency;  // as RoundReport::latency
  SplitSums split;
};

struct RoundReport {
  std::string label;
  Duration start;             // since the start of the first round
  Duration duration;          // of sending, as planned
  std::uint64_t offered = 0;  // due by the schedule
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;  // due but not sent: the generator could not keep up
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;      // answered with another status than OK, deadline included
  std::uint64_t unfinished = 0;  // not answered before the drain limit
  double send_tps = 0;           // sent / time of sending
  double throughput_tps = 0;     // answered / time from the first intended send to the last answer
  double goodput_tps = 0;        // succeeded / the same time
  Histogram latency;             // of answered calls; calls without an answer count with their deadline (censored)
  SplitSums split;               // of succeeded calls
  LatencySummary lateness;       // of sending: from the intended to the actual send; part of latency
  std::map<std::string, std::uint64_t> failures;  // by "STATUS/REASON"
  std::vector<SecondReport> seconds;
  std::vector<MixReport> mix;
  std::vector<std::string> passed_thresholds, failed_thresholds;  // "p99_ms <= 50: was 81.2"
};

struct NetworkReport {  // one chain
  std::string network, chain, family;
  std::string name, kind, protocol;  // of the network, for people: "Hyperledger Fabric", "alliance", "etcdraft"
  std::uint64_t blocks = 0, transactions = 0;  // final ones
  double block_interval_s = 0;                 // mean over the run; 0 with fewer than two blocks
  // Families whose chain grows as a tree; else 0.
  std::uint64_t reorganisations = 0;           // changes of branch at the peer that saw most of them
  std::uint64_t max_reorganisation_depth = 0;  // the most blocks that one undid at any peer
  std::uint64_t stale_blocks = 0;              // made and undone, and not in the final chain
  LatencySummary finality;                     // accepted by a node .. final, of the run's submits ("consensus" part)
  std::string state_root;                      // after the highest final block, hex
  std::uint64_t height = 0;
  std::vector<PublishedFigure> published;
};

struct CityNodeReport {
  std::string city, state, provider;
  std::string name, province;  // "Beijing"; the province may be a country
  double latitude = 0, longitude = 0;
  bool overseas = false;
  bool healthy = false;
  std::uint64_t calls = 0;  // answered by it
  std::vector<std::string> chains;
};

struct InvariantReport {
  std::string name;
  std::uint64_t checked = 0, violated = 0;
  std::vector<std::string> examples;  // at most 5, how it was violated
};

struct FaultReport {
  std::string kind;
  double at_s = 0;
  std::vector<std::string> targets;
  std::uint64_t fired = 0;
  std::optional<double> until_s{};  // when another fault mended it, or city or service had arrived where it was sent;
                                    // nullopt: at the end, or not lasting
};

struct ServiceReport {  // one that was deployed
  std::string service, framework, project, state;
  std::uint32_t version = 1;
  std::vector<std::string> validators, followers;  // cities; of a retired one: its last
  Capacity capacity;
  std::vector<std::string> contracts;
  std::uint64_t calls = 0;          // admitted
  std::uint64_t over_capacity = 0;  // refused, because its calls per second were spent
  std::uint64_t traffic = 0;        // bytes of calls and answers
  std::uint64_t storage = 0;        // bytes at the city that holds most; 0 once it is retired
};

struct Environment {
  std::string cpu, kernel, version, build, compiler;
  std::uint32_t cores = 0;
  std::string config_digest;  // sha256 of the dumped scenario
};

struct AttemptCounts {  // of the gateway at city nodes; what is none of the other kinds: first attempts
  std::uint64_t attempts = 0, retries = 0, hedges = 0, compares = 0;
};

// Cross-chain packets by second since the start of the first round, until the last change.
struct PacketSeconds {
  std::vector<std::uint64_t> sent, finished;   // in that second
  std::vector<std::uint64_t> backlog() const;  // sent and not finished at the end of each second
};

// What became of cross-chain packets, and how long their steps took; counts of a whole run.
struct CrossChainReport {
  struct Leg {
    std::string name;
    LatencySummary time;
  };
  // From the block that sent it to the last step, beside the sum of the finality times on its way, as QuoteRoute adds
  // them up. Packets of many ways: each is divided by the sum of its own.
  struct EndToEnd {
    std::string name;
    LatencySummary time;
    Duration expected_p50;
    double over_expected_p50 = 0;
  };
  std::uint64_t sent = 0, received = 0, failed = 0, refunded = 0, finished = 0, under_way = 0, stuck = 0;
  std::uint64_t headers = 0, delivered = 0, refused = 0, given_up = 0;  // of all relayers
  std::vector<Leg> legs;
  std::vector<EndToEnd> end_to_end;
  std::map<std::string, std::uint64_t> failures;  // packets by why the destination did not do what they asked
  PacketSeconds seconds;
};

struct Report {
  std::string scenario;
  std::string description;
  std::string file;           // the scenario's, as given to bsnsim; empty: it came from elsewhere
  std::string scenario_text;  // what stood in that file; cut at most_scenario_text
  std::string mode;           // "live", "virtual"
  std::uint64_t seed = 0;
  std::string fingerprint;  // virtual: of the trace; live: empty
  bool valid = false;       // the generator kept its schedule, every planned fault fired, the load ran
  std::vector<std::string> why_invalid;
  bool stopped = false;  // ended from outside (Ctrl-C)
  double simulated_seconds = 0;
  double wall_seconds = 0;
  std::uint64_t events = 0;  // virtual: events handled
  Environment environment;
  std::vector<RoundReport> rounds;
  std::vector<NetworkReport> networks;
  std::vector<CityNodeReport> city_nodes;
  std::vector<InvariantReport> invariants;
  std::optional<CrossChainReport> cross_chain;  // none: the topology has no hubs
  std::vector<FaultReport> faults;
  std::vector<FaultReport> service_events;  // likewise; the target is the service
  std::vector<ServiceReport> services;      // in the order in which they were deployed
  AttemptCounts gateway;
};

// How the JSON of a report says that it is one, and which keys it has. Another set of keys is another version.
inline constexpr std::string_view report_format = "bsnsim-report";
inline constexpr std::int64_t report_version = 3;

// Bytes of a scenario's file that a report carries; files with more are cut there, and say so.
inline constexpr std::size_t most_scenario_text = 256 * 1024;

// The whole report as JSON, indented, keys in a fixed order, without a final newline. Times are whole nanoseconds.
// split_ns holds means per call; its total is the sum of the parts shown. `hgrm` is the round's histogram as to_hgrm()
// gives it; sim/report_fields.h says what else stands there and docs/report.md what it means.
std::string report_json(const Report& report);

// The report whose JSON this is. It must be complete: an unknown or missing key, another version, other JSON and text
// that ends early are invalid_configuration, naming the place.
Result<Report> parse_report(std::string_view json);

// The forms for other programs, each ending with a newline: a table of rounds and their mixes with Caliper's columns
// (RFC 4180); the latencies of all rounds as HdrHistogram's plotters read them; JUnit XML, a test case for each
// judgement; Prometheus text exposition.
std::string report_csv(const Report& report);
std::string report_hgrm(const Report& report);
std::string report_junit(const Report& report);
std::string report_prometheus(const Report& report);

// For a terminal, at most 100 columns: verdict first, then what was measured. Ends with a newline.
std::string report_text(const Report& report);

// The command that runs the same again: "bsnsim run configs/scenarios/x.yaml --virtual --seed 7".
std::string reproduce_command(const Report& report);

// Whether the invariant is about progress, not safety: LIVE, XLIVE.
bool is_liveness(const InvariantReport& invariant);

// 129 an invariant of safety was broken, 128 liveness was lost, 105 stopped from outside, 99 a threshold failed
// or a round had no success, 1 the run is void, 0 ok; the first that holds.
int exit_code(const Report& report);

// Sends later than this after their intended instant, at the 99th percentile, void a round: its load was not the
// scenario's.
inline constexpr Duration most_p99_lateness = milliseconds(100);

// Sets `valid` and `why_invalid` and evaluates the rounds' thresholds: a run is void when calls were dropped or sent
// too late (the generator could not keep its schedule), a planned fault never fired, or a round did not run or sent
// nothing. A threshold over no answers fails.
void judge_validity(const Scenario& scenario, Report& report);

// Reads this machine's part (cpu, kernel, cores) and this build's (version, compiler).
Environment capture_environment(const Scenario& scenario);

}  // namespace bsn
