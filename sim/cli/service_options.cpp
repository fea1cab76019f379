// `bsnsim service ...` as it stands on the command line.
#include "sim/cli/service_commands.h"

namespace bsn {
namespace {

void add_place(CLI::App& verb, ServiceOptions& options) {
  verb.add_option("--name", options.name, "name of the cluster")->capture_default_str();
  verb.add_option("--bin-dir", options.bin_dir, "folder of bsn-operator (default: beside bsnsim)");
}

void add_wait(CLI::App& verb, ServiceOptions& options) {
  verb.add_flag("--wait,!--no-wait", options.wait, "wait until the service has got there (default: yes)");
  verb.add_option("--timeout", options.timeout_s, "wait so many seconds at most; the operator goes on after that")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
}

void add_capacity(CLI::App& verb, Capacity& capacity) {
  verb.add_option("--tps", capacity.calls_per_second, "calls per second that the gateway lets pass");
  verb.add_option("--storage", capacity.storage, "on disk at each city node, such as 5GiB; metered")
      ->transform(CLI::AsSizeValue(false));
  verb.add_option("--traffic-per-day", capacity.traffic_per_day, "of calls and answers, such as 5GiB; metered")
      ->transform(CLI::AsSizeValue(false));
}

CLI::App& add(CLI::App& verb, ServiceOptions& options, const char* name, const char* help) {
  CLI::App& added = *verb.add_subcommand(name, help);
  added.add_option("service", options.order.id, "its id")->required();
  add_place(added, options);
  return added;
}

void add_deploy(CLI::App& verb, ServiceOptions& options, const std::function<void(int)>& done) {
  CLI::App& deploy = add(verb, options, "deploy", "make a service with a chain of its own on chosen city nodes");
  deploy.add_option("--framework", options.order.framework, "an alliance network: fabric, fisco-bcos ...")->required();
  deploy.add_option("--validators", options.order.validators, "cities whose peers order and vote: a,b,c")
      ->required()
      ->delimiter(',');
  deploy.add_option("--followers", options.order.followers, "cities with a full copy: d,e")->delimiter(',');
  deploy.add_option("--project", options.order.project, "that alone may call it; default: who may call the framework");
  deploy.add_option("--contracts", options.order.contracts, "that may be called: kv,asset; default: all")
      ->delimiter(',');
  add_capacity(deploy, options.order.capacity);
  deploy.get_option("--tps")->capture_default_str();
  add_wait(deploy, options);
  deploy.callback([&options, done] { done(command_service_deploy(options)); });
}

void add_upgrade(CLI::App& verb, ServiceOptions& options, const std::function<void(int)>& done) {
  CLI::App& upgrade = add(verb, options, "upgrade", "its next version; what is not named stays as it is");
  upgrade.add_option("--contracts", options.upgrade.contracts, "that may be called: kv,asset")->delimiter(',');
  add_capacity(upgrade, options.upgrade.capacity);
  upgrade.callback([&options, done] { done(command_service_upgrade(options)); });
}

void add_move(CLI::App& verb, ServiceOptions& options, const std::function<void(int)>& done) {
  CLI::App& move = add(verb, options, "move", "one city hosts it in another one's stead (followers)");
  move.add_option("--from", options.move.from, "the city that it leaves")->required();
  move.add_option("--to", options.move.to, "the city that stands in")->required();
  add_wait(move, options);
  move.callback([&options, done] { done(command_service_move(options)); });
}

}  // namespace

void add_service_verbs(CLI::App& app, ServiceOptions& options, const std::function<void(int)>& done) {
  CLI::App& verb =
      *app.add_subcommand("service", "deploy, list, upgrade, move or retire services of a running cluster");
  verb.require_subcommand(1);
  add_deploy(verb, options, done);
  CLI::App& list = *verb.add_subcommand("list", "all services, what they may use and what they used");
  list.add_flag("--json", options.json, "as JSON");
  add_place(list, options);
  list.callback([&options, done] { done(command_service_list(options)); });
  add_upgrade(verb, options, done);
  add_move(verb, options, done);
  CLI::App& retire = add(verb, options, "retire", "no new calls; then its chain and what it stored are removed");
  add_wait(retire, options);
  retire.callback([&options, done] { done(command_service_retire(options)); });
}

}  // namespace bsn
