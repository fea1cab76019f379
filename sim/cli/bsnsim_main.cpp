// bsnsim: the command line. Fills the options of each verb and hands over to sim/cli.
#include <CLI/CLI.hpp>

#include "sim/cli/account_commands.h"
#include "sim/cli/commands.h"
#include "sim/cli/question_options.h"
#include "sim/cli/report_format.h"
#include "sim/cli/service_commands.h"
#include "sim/cli/tls_options.h"
#include "sim/cli/transfer_commands.h"
#include "sim/swarm/swarm_family.h"

namespace {

using namespace bsn;

// What a parsed verb wants to run; set by the callbacks.
int exit_status = 0;

void add_place(CLI::App& verb, PlaceOptions& options) {
  verb.add_option("--name", options.name, "name of the cluster")->capture_default_str();
}

CLI::App& add_verb(CLI::App& app, const char* name, const char* help) { return *app.add_subcommand(name, help); }

void add_up(CLI::App& app, UpOptions& options) {
  CLI::App& verb = add_verb(app, "up", "start a cluster: city nodes, a gateway, relayers");
  verb.add_option("file", options.file, "topology or scenario file")->required();
  add_place(verb, options);
  add_binaries(verb, options);
  verb.add_option("--listen", options.listen, "address of the gateway; port 0: any free one")->capture_default_str();
  verb.add_option("--http", options.http, "address of the gateway's HTTP/1.1; port 0: any free one")
      ->capture_default_str();
  verb.add_option("--seed", options.seed, "seed of all chance")->capture_default_str();
  verb.add_option_function<std::string>(
          "--hosting", [&](const std::string& name) { options.hosting = hostings().at(name); },
          "which city nodes share a process; one that does can't be killed alone")
      ->check(CLI::IsMember(hostings()))
      ->default_str("process-per-node");
  verb.add_flag("--fsync,!--no-fsync", options.fsync, "wait for the disk before acknowledging (default: yes)");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.callback([&] { exit_status = command_up(options); });
}

void add_down(CLI::App& app, PlaceOptions& options) {
  CLI::App& verb = add_verb(app, "down", "end a cluster; does nothing when none runs");
  add_place(verb, options);
  verb.callback([&] { exit_status = command_down(options); });
}

void add_gateway_status(CLI::App& status, GatewayStatusOptions& options) {
  CLI::App& verb = add_verb(status, "gateway", "the connections of a gateway, to its clients and to the city nodes");
  verb.add_option("process", options.process, "gateway or gateway-CITY, as `bsnsim status` shows it")
      ->capture_default_str();
  verb.add_option("--gateway", options.gateway, "address on this machine; default: of the named cluster");
  add_tls(verb, options);
  verb.add_flag("--json", options.json, "as JSON");
  add_place(verb, options);
  verb.callback([&] { exit_status = command_gateway_status(options); });
}

void add_status(CLI::App& app, StatusOptions& options, GatewayStatusOptions& gateway) {
  CLI::App& verb = add_verb(app, "status", "show the city nodes of a running cluster");
  add_place(verb, options);
  CLI::Option* json = verb.add_flag("--json", options.json, "as JSON");
  verb.add_flag("-w,--watch", options.watch, "rate, latency and health, again every second until Ctrl-C")
      ->excludes(json);
  add_gateway_status(verb, gateway);
  verb.callback([&] {
    if (verb.get_subcommands().empty()) exit_status = command_status(options);
  });
}

CLI::App& add_node_step(CLI::App& verb, NodeOptions& options, const char* name, const char* help) {
  CLI::App& step = add_verb(verb, name, help);
  step.add_option("city", options.city, "id of the city, as `bsnsim node list` shows it")->required();
  step.add_flag("--wait,!--no-wait", options.wait, "wait until the city is there (default: yes)");
  step.add_option("--timeout", options.timeout_s, "wait so many seconds at most; the operator goes on after that")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  step.add_flag("-q,--quiet", options.quiet, "no progress");
  add_place(step, options);
  add_binaries(step, options);
  step.callback([&options, name] {
    options.verb = name;
    exit_status = command_node_step(options);
  });
  return step;
}

void add_node(CLI::App& app, NodeOptions& options) {
  CLI::App& verb = add_verb(app, "node", "commission, drain or let leave a city node of a running cluster");
  verb.require_subcommand(1);
  CLI::App& commission = add_node_step(verb, options, "commission",
                                       "building or left -> syncing -> connected: it catches up, then serves");
  commission.add_option("--validator", options.validates,
                        "a Raft or BFT chain (network/chain) of which it becomes a validator then; may be repeated");
  add_node_step(verb, options, "drain", "connected -> draining: no new calls; waits until no call is out there");
  add_node_step(verb, options, "leave", "drains it if need be, and lets it go when no call is out there");
  CLI::App& list = add_verb(verb, "list", "the state of every city node");
  list.add_flag("--json", options.json, "as JSON");
  add_place(list, options);
  add_binaries(list, options);
  list.callback([&] { exit_status = command_node_list(options); });
}

void add_logs(CLI::App& app, LogsOptions& options) {
  CLI::App& verb = add_verb(app, "logs", "show the last log lines of a cluster's processes");
  verb.add_option("process", options.process, "a city, gateway, gateway-CITY or a relayer; default: all");
  add_place(verb, options);
  verb.add_option("-n,--lines", options.lines, "lines of each")->capture_default_str()->check(CLI::Range(1, 100000));
  verb.callback([&] { exit_status = command_logs(options); });
}

void add_run(CLI::App& app, RunOptions& options) {
  CLI::App& verb = add_verb(app, "run", "run a scenario and report");
  verb.add_option("file", options.file, "scenario file")->required();
  add_mode(verb, options.live);
  add_binaries(verb, options);
  verb.add_option("--seed", options.seed, "instead of the scenario's seed");
  verb.add_flag("--dry-run", options.dry_run, "check everything, run nothing");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.add_flag("--keep", options.keep, "live: keep data and logs");
  add_form(verb, report_formats(), options.format, options.output);
  verb.callback([&] { exit_status = command_run(options); });
}

CLI::App& add_bench(CLI::App& app, BenchOptions& options) {
  CLI::App& verb = add_verb(app, "bench", "measure routing latency: from the origins of a scenario to each network");
  verb.add_option("file", options.file, "scenario file (default: configs/scenarios/routing_latency.yaml)");
  add_mode(verb, options.live);
  add_binaries(verb, options);
  verb.add_option("--repeat", options.repeat, "runs, with seeds counted up")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  verb.add_option("--seed", options.seed, "of the first run")->capture_default_str();
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.callback([&verb, &options] {
    if (verb.get_subcommands().empty()) exit_status = command_bench(options);
  });
  return verb;
}

void add_bench_routing(CLI::App& bench, BenchRoutingOptions& options) {
  CLI::App& verb = *bench.add_subcommand("routing", "what a running gateway adds, by city and network");
  verb.add_option("topology", options.file, "start a cluster of this for it; default: the named cluster, which runs");
  verb.add_option_function<std::string>(
          "--hosting", [&](const std::string& name) { options.hosting = hostings().at(name); },
          "of the started cluster")
      ->check(CLI::IsMember(hostings()))
      ->default_str("single");
  verb.add_option("--city,--from", options.cities, "where calls start; may be given again; default: eight");
  verb.add_option("-n,--network", options.networks, "only this one; may be given again");
  verb.add_option("--reads", options.reads, "of each city and chain")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  verb.add_flag("--json", options.json, "as JSON");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  add_place(verb, options);
  verb.callback([&] { exit_status = command_bench_routing(options); });
}

void add_calibrate(CLI::App& app, CalibrateOptions& options) {
  CLI::App& verb = add_verb(app, "calibrate", "run networks at their real size and compare with published figures");
  verb.add_option("files", options.files, "topology or scenario files")->capture_default_str();
  verb.add_option("-n,--network", options.networks, "only this one; may be given again");
  verb.add_option("--blocks", options.blocks, "that are measured, of each network")
      ->capture_default_str()
      ->check(CLI::Range(10, 1'000'000));
  verb.add_option("--seed", options.seed, "of all chance")->capture_default_str();
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.callback([&] { exit_status = command_calibrate(options); });
}

void add_swarm(CLI::App& app, SwarmCommandOptions& options) {
  CLI::App& verb = add_verb(app, "swarm", "run many small networks in storms of faults, and judge them");
  verb.add_option("--seeds", options.seeds, "how many")->capture_default_str()->check(CLI::Range(1, 10'000'000));
  verb.add_option("--first-seed", options.first_seed, "they are counted up from this one")->capture_default_str();
  verb.add_option("-f,--family", options.families, "only this one; may be given again")
      ->check(CLI::IsMember(swarm_families()));
  verb.add_option("-j,--jobs", options.jobs, "seeds at the same time")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  verb.add_option("--shrink-to", options.shrink_to, "folder for failing seeds, shrunk to short scenario files");
  verb.add_flag("--show", options.show, "print the first seed's scenario and run nothing");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.callback([&] { exit_status = command_swarm(options); });
}

void add_files(CLI::App& app, FileOptions& options) {
  CLI::App& check = add_verb(app, "validate", "check a scenario or topology file");
  check.add_option("file", options.file, "scenario or topology file")->required();
  check.callback([&] { exit_status = command_validate(options); });
  CLI::App& networks = add_verb(app, "networks", "print the networks of a topology as a Markdown table");
  networks.add_option("file", options.file, "topology file (default: configs/topologies/bsn-2020.yaml)");
  networks.callback([&] { exit_status = command_networks(options); });
  CLI::App& dump = add_verb(app, "dump", "print a scenario or topology with every default filled in");
  dump.add_option("file", options.file, "scenario or topology file")->required();
  dump.add_option("-o,-O,--format", options.format, "json or yaml")->check(CLI::IsMember({"json", "yaml"}));
  dump.callback([&] { exit_status = command_dump(options); });
}

void add_gateway(CLI::App& verb, GatewayOptions& options) {
  verb.add_option("--access-key", options.access_key, "default: of the cluster's first project");
  verb.add_option("--origin,--from", options.origin, "city where the call starts; the nearest gateway admits it");
  verb.add_option("--gateway", options.gateway, "address; default: of the named cluster");
  verb.add_option("--gateway-name", options.gateway_name, "its home city, for signed calls; default: of the cluster");
  add_tls(verb, options);
  verb.add_flag("--json", options.json, "as JSON");
  add_place(verb, options);
}

// Takes "NETWORK/CHAIN" apart.
void split_chain(std::string& network, std::string& chain) {
  const std::size_t slash = network.find('/');
  chain = slash == std::string::npos ? "main" : network.substr(slash + 1);
  network = network.substr(0, slash);
}

void add_explain(CLI::App& app, ExplainOptions& options) {
  CLI::App& verb = add_verb(app, "explain", "where a call through the gateway of a running cluster would go, and why");
  verb.add_option("chain", options.network, "NETWORK or NETWORK/CHAIN (default chain: main)")->required();
  verb.add_option("account", options.account, "the call's first argument: what the policy 'consistent' goes by");
  auto* submit = verb.add_flag("--submit", options.submit, "for a write instead of a read");
  verb.add_flag("--final", options.final, "for a read at level final, which may be compared")->excludes(submit);
  add_gateway(verb, options);
  verb.callback([&options] {
    split_chain(options.network, options.chain);
    exit_status = command_explain(options);
  });
}

void add_compare_policies(CLI::App& app, ComparePoliciesOptions& options) {
  CLI::App& verb = add_verb(app, "compare-policies",
                            "run a scenario under several routing policies, on identical arrivals and faults");
  verb.add_option("file", options.file, "scenario file")->required();
  verb.add_option("-p,--policy", options.policies,
                  "may be given again; the first is what the others are compared with (default: all, with nearest)");
  verb.add_option("--repeat", options.repeat, "runs of each policy, with seeds counted up")
      ->capture_default_str()
      ->check(CLI::Range(2, 1000));
  verb.add_option("--seed", options.seed, "of the first run")->capture_default_str();
  verb.add_flag("--json", options.json, "as JSON");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.callback([&] { exit_status = command_compare_policies(options); });
}

void add_call_parts(CLI::App& verb, CallOptions& options) {
  verb.add_option("chain", options.network, "NETWORK or NETWORK/CHAIN (default chain: main)")->required();
  verb.add_option("contract", options.contract, "kv or asset")->required();
  verb.add_option("function", options.function, "put, get, transfer, balance ...")->required();
  verb.add_option("args", options.args, "arguments of the function");
  verb.add_option("--sign", options.sign_with, "key file: signs the call instead of sending an access key");
  verb.add_option("--level", options.level, "accepted, committed, final (submit); local, final (query)");
  verb.add_option("--timeout-ms", options.timeout_ms, "deadline")->capture_default_str()->check(CLI::Range(1, 600000));
  add_gateway(verb, options);
}

void add_call(CLI::App& app, CallOptions& options) {
  CLI::App& verb = add_verb(app, "call", "call a contract through the gateway of a running cluster");
  verb.require_subcommand(1);
  for (const bool submit : {true, false}) {
    CLI::App& kind = add_verb(verb, submit ? "submit" : "query", submit ? "a write" : "a read");
    add_call_parts(kind, options);
    if (submit) {
      kind.add_option("--idempotency-key", options.idempotency_key, "default: a fresh one; give one to retry safely");
    }
    kind.callback([&options, submit] {
      options.submit = submit;
      split_chain(options.network, options.chain);
      exit_status = command_call(options);
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"bsnsim: the Blockchain-based Service Network on a desk"};
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 99 a threshold failed, 104 invalid configuration, 105 stopped from outside,\n"
      "129 an invariant broken, 1 anything else.");
  UpOptions up;
  PlaceOptions down;
  StatusOptions status;
  GatewayStatusOptions gateway_status;
  NodeOptions node;
  ServiceOptions service;
  AccountOptions account;
  TransferVerbs transfer;
  LogsOptions logs;
  RunOptions run;
  QuestionOptions questions;
  BenchOptions bench;
  BenchRoutingOptions bench_routing;
  CalibrateOptions calibrate;
  SwarmCommandOptions swarm;
  FileOptions files;
  CallOptions call;
  ExplainOptions explain;
  ComparePoliciesOptions compare_policies;
  add_up(app, up);
  add_down(app, down);
  add_status(app, status, gateway_status);
  add_node(app, node);
  add_service_verbs(app, service, [](int code) { exit_status = code; });
  add_account_verbs(app, account, [](int code) { exit_status = code; });
  add_transfer_verbs(app, transfer, [](int code) { exit_status = code; });
  add_logs(app, logs);
  add_run(app, run);
  add_question_verbs(app, questions, [](int code) { exit_status = code; });
  add_bench_routing(add_bench(app, bench), bench_routing);
  add_calibrate(app, calibrate);
  add_swarm(app, swarm);
  add_files(app, files);
  add_call(app, call);
  add_explain(app, explain);
  add_compare_policies(app, compare_policies);
  add_verb(app, "version", "print the version").callback([] { exit_status = command_version(); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 104;  // a wrong command line is an invalid configuration
  }
  return exit_status;
}
