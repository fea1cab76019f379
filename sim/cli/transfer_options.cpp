// `bsnsim transfer`, `packets` and `trace` as they stand on the command line.
#include "sim/cli/tls_options.h"
#include "sim/cli/transfer_commands.h"

namespace bsn {
namespace {

void add_target(CLI::App& verb, GatewayOptions& options) {
  verb.add_option("--name", options.name, "name of the cluster")->capture_default_str();
  verb.add_option("--gateway", options.gateway, "address; default: of the named cluster");
  verb.add_option("--access-key", options.access_key, "default: of the cluster's first project");
  add_tls(verb, options);
  verb.add_flag("--json", options.json, "as JSON");
  verb.add_option_function<std::string>(
          "-O,--format", [&options](const std::string& form) { options.json = form == "json"; }, "summary or json")
      ->check(CLI::IsMember({"summary", "json"}));
}

void add_transfer(CLI::App& app, TransferOptions& options, const std::function<void(int)>& done) {
  CLI::App& verb = *app.add_subcommand("transfer", "send value from an account of one chain to one of another");
  verb.add_option("--from", options.from, "NETWORK[:CHAIN]:ACCOUNT (default chain: main)")->required();
  verb.add_option("--to", options.to, "NETWORK[:CHAIN]:ACCOUNT")->required();
  verb.add_option("--asset", options.asset, "whose coin: NETWORK[/CHAIN]; default: the source's own");
  verb.add_option("--amount", options.amount, "a whole number, at least 1")->required();
  verb.add_option("--via", options.via, "irita, poly, NETWORK/CHAIN of a hub, or best: the quickest")
      ->capture_default_str();
  verb.add_option("--timeout", options.timeout, "refunded when not received so long after it was sent, such as 600s");
  verb.add_option("--idempotency-key", options.idempotency_key, "default: a fresh one; give one to retry safely");
  verb.add_flag("--wait,!--no-wait", options.wait, "wait until it is finished (default: yes)");
  verb.add_option("--patience", options.patience_s, "seconds to wait at most; it goes on after that")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  verb.add_option("--origin", options.origin, "city where the call starts; the nearest gateway admits it");
  add_target(verb, options);
  verb.callback([&options, done] { done(command_transfer(options)); });
}

}  // namespace

void add_transfer_verbs(CLI::App& app, TransferVerbs& options, const std::function<void(int)>& done) {
  add_transfer(app, options.transfer, done);
  CLI::App& packets = *app.add_subcommand("packets", "the transfers and calls between chains, and how far each is");
  packets.add_option("chain", options.packets.chain, "NETWORK[/CHAIN] that they leave or reach; default: all");
  add_target(packets, options.packets);
  packets.callback([&options, done] { done(command_packets(options.packets)); });
  CLI::App& trace = *app.add_subcommand("trace", "one transfer's steps, each with its block, proof and time");
  trace.add_option("transfer", options.trace.transfer, "HUB:SOURCE:DESTINATION:NUMBER as `transfer` printed it")
      ->required();
  add_target(trace, options.trace);
  trace.callback([&options, done] { done(command_trace(options.trace)); });
}

}  // namespace bsn
