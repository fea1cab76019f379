// The verbs of bsnsim as functions: options in, exit code out. bsnsim_main.cpp fills the options from the command line.
//
// Exit codes: 0 ok, 99 a threshold failed, 104 invalid configuration, 105 stopped from outside, 129 an invariant
// broken, 1 anything else (docs: conventions of the report in README).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/hosting.h"
#include "sim/knee.h"
#include "sim/topology.h"

namespace bsn {

// Where binaries and clusters are: shared by several verbs.
struct PlaceOptions {
  std::string bin_dir;           // of bsn-node, bsn-gateway and the others; empty: beside bsnsim
  std::string name = "default";  // of the cluster
};

struct UpOptions : PlaceOptions {
  std::string file;  // topology or scenario
  std::string listen = "127.0.0.1:0";
  std::string http = "127.0.0.1:0";
  std::uint64_t seed = 1;
  Hosting hosting = Hosting::process_per_node;
  bool fsync = true;
  bool quiet = false;
};
int command_up(const UpOptions& options);
int command_down(const PlaceOptions& options);

struct StatusOptions : PlaceOptions {
  bool json = false;
  bool watch = false;  // again every second, until Ctrl-C or the cluster's end
};
int command_status(const StatusOptions& options);
int watch_status(const StatusOptions& options);

struct NodeOptions : PlaceOptions {
  std::string verb;  // "commission", "drain", "leave"
  std::string city;
  std::vector<std::string> validates;  // commission: "network/chain" of which it becomes a validator
  bool wait = true;                    // until the city is where it shall be ...
  int timeout_s = 300;                 // ... at most so long
  bool quiet = false;
  bool json = false;  // list
};
int command_node_step(const NodeOptions& options);
int command_node_list(const NodeOptions& options);

struct LogsOptions : PlaceOptions {
  std::string process;  // city id or "gateway"; empty: all that wrote something
  int lines = 20;
};
int command_logs(const LogsOptions& options);

struct RunOptions : PlaceOptions {
  std::string file;
  bool live = false;  // else virtual
  std::optional<std::uint64_t> seed;
  bool dry_run = false;
  bool quiet = false;
  bool keep = false;               // live: keep data and logs
  std::string format = "summary";  // of report_formats()
  std::string output;              // a file; empty: standard output
};
int command_run(const RunOptions& options);

struct ReportOptions {
  std::string file;  // a report's JSON
  std::string format = "summary";
  std::string output;  // as above
};
int command_report(const ReportOptions& options);

struct CompareOptions {
  std::vector<std::string> sides;  // each the report of one run as JSON, or of repeated ones, joined by commas
  double tolerance = 0.05;         // share by which a side may be worse than the first
  bool json = false;
};
int command_compare(const CompareOptions& options);

struct FindKneeOptions : PlaceOptions {
  std::string file;
  std::string network;  // empty: all calls of the first round
  bool live = false;
  int seconds = 10;  // of each trial, at least
  KneeQuestion question;
  bool quiet = false;
  std::string format = "summary";  // "summary", "json", "html"
  std::string output;
};
int command_find_knee(const FindKneeOptions& options);

struct MatrixOptions : PlaceOptions {
  std::string file = "configs/topologies/bsn-2020.yaml";
  bool live = false;
  std::uint32_t reads = 10;  // about as many of each chain from each city
  std::uint64_t seed = 1;
  bool quiet = false;
  std::string format = "summary";  // "summary", "csv", "json", "html"
  std::string output;
};
int command_matrix(const MatrixOptions& options);

struct BenchOptions : PlaceOptions {
  std::string file;  // empty: configs/scenarios/routing_latency.yaml
  bool live = false;
  int repeat = 3;
  std::uint64_t seed = 1;
  bool quiet = false;
};
int command_bench(const BenchOptions& options);

struct BenchRoutingOptions : PlaceOptions {
  std::string file;                   // topology of a cluster to start for this; empty: the named one, which runs
  Hosting hosting = Hosting::single;  // of that
  std::vector<std::string> cities;    // where calls start; empty: eight, evenly over the topology's list
  std::vector<std::string> networks;  // empty: all
  int reads = 20;                     // of each city and chain
  bool json = false;
  bool quiet = false;
};
int command_bench_routing(const BenchRoutingOptions& options);

struct CalibrateOptions {
  std::vector<std::string> files{"configs/topologies/bsn-2020.yaml", "configs/calibrations/simblock-2019.yaml"};
  std::vector<std::string> networks;  // empty: all that have published figures
  std::uint64_t seed = 1;
  std::uint32_t blocks = 200;
  bool quiet = false;
};
int command_calibrate(const CalibrateOptions& options);

struct SwarmCommandOptions {
  std::vector<std::string> families;  // of swarm_families(); empty: all in turn
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 200;
  unsigned jobs = 1;
  std::string shrink_to;  // folder for shrunk failing scenarios; empty: they are not shrunk
  bool show = false;      // print the scenario of the first seed instead
  bool quiet = false;
};
int command_swarm(const SwarmCommandOptions& options);

struct FileOptions {
  std::string file;
  std::string format = "summary";  // dump: "json" or "yaml"
};
int command_networks(const FileOptions& options);
int command_validate(const FileOptions& options);
int command_dump(const FileOptions& options);

// Which gateway to ask, and as whom.
struct GatewayOptions : PlaceOptions {
  std::string access_key;      // empty: the cluster's first project's
  std::string origin;          // city whose gateway admits the call; empty: the gateway's home
  std::string gateway;         // address; empty: of the named cluster
  std::string gateway_name{};  // its home city; empty: of the named cluster
  std::string tls_ca{};        // file in PEM with the authorities that are believed; empty: no TLS
  std::string tls_cert{};      // shown to a gateway that asks for one, with its key; empty: none
  std::string tls_key{};
  bool json = false;
};

struct GatewayStatusOptions : GatewayOptions {
  std::string process = "gateway";  // whose connections: "gateway" or "gateway-CITY"
};
int command_gateway_status(const GatewayStatusOptions& options);

struct CallOptions : GatewayOptions {
  bool submit = false;
  std::string network, chain, contract, function;
  std::vector<std::string> args;
  std::string level;            // empty: final for a submit, local for a query
  std::string idempotency_key;  // submit; empty: a fresh random one, printed
  int timeout_ms = 30'000;
  std::string sign_with;  // key file; empty: the access key is sent
};
int command_call(const CallOptions& options);

struct ExplainOptions : GatewayOptions {
  std::string network, chain;
  std::string account;  // the call's first argument; may be empty
  bool submit = false;
  bool final = false;  // for a read at level final
};
int command_explain(const ExplainOptions& options);

struct ComparePoliciesOptions {
  std::string file;
  std::vector<std::string> policies;  // the first is what the others are compared with; empty: all but pinned
  int repeat = 5;                     // runs of each policy, at least 2
  std::uint64_t seed = 1;             // of the first run
  bool quiet = false;
  bool json = false;
};
int command_compare_policies(const ComparePoliciesOptions& options);

int command_version();

// Prints an error as "bsnsim: message" and gives the exit code of its kind.
int report_error(const Error& error);

// Prints each warning about the topology as "bsnsim: warning: ..." to stderr.
void print_warnings(const std::vector<std::string>& warnings);

// Folder of the named cluster: $XDG_RUNTIME_DIR/bsnsim/NAME, or bsnsim-UID/NAME in the temporary folder.
std::string cluster_folder(const std::string& name);

// The folder of this executable, unless `bin_dir` names another.
std::string binary_folder(const std::string& bin_dir);

}  // namespace bsn
