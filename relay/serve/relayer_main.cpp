// bsn-relayer: carries proofs from chain to chain, as a client of a gateway that nobody needs to trust.
//
// It keeps nothing: started again, it reads the chains and goes on with what is pending. It announces where its
// Prometheus figures are. SIGTERM or SIGINT: it exits with 0.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/packet_call.h"
#include "relay/serve/relayer_shell.h"
#include "rpc/process.h"
#include "rpc/secret.h"

namespace {

const CLI::Validator is_chain(
    [](const std::string& text) { return bsn::parse_chain_name(text) ? "" : "'" + text + "' is not NETWORK/CHAIN"; },
    "NETWORK/CHAIN");

}  // namespace

int main(int argc, char** argv) {
  bsn::RelayerOptions options;
  std::string listen, data_dir;
  std::vector<std::string> hubs, quiet_hubs, chains;
  bool with_parent = false;
  CLI::App app("A relayer: brings what one chain proves to the next one.");
  app.add_option("--listen", listen, "127.0.0.1:PORT for Prometheus; port 0: the system chooses")->required();
  app.add_option("--data-dir", data_dir, "folder with the file access.key, the key of the project it calls as")
      ->required();
  app.add_option("--relayer", options.spec.name, "its name; two that compete have different ones")->required();
  app.add_option("--gateway", options.gateway, "HOST:PORT of the gateway")->required();
  app.add_option("--origin", options.origin, "the city that it calls from")->required();
  app.add_option("--hub", hubs, "a hub whose outcomes come back")->check(is_chain);
  app.add_option("--one-way-hub", quiet_hubs, "a hub without acknowledgements")->check(is_chain);
  app.add_option("--chain", chains, "a chain to watch, hubs included")->check(is_chain)->required();
  app.add_flag("--die-with-parent", with_parent, "end when the parent process ends");
  CLI11_PARSE(app, argc, argv);

  bsn::spare_memory();
  bsn::set_up_log("bsn-relayer");
  bsn::block_stop_signals();
  if (with_parent) bsn::die_with_parent();
  auto key = bsn::read_secret(data_dir + "/access.key");
  if (!key) {
    spdlog::error("{}", key.error().message);
    return 1;
  }
  options.access_key = *key;
  for (const std::string& hub : hubs) options.spec.hubs.push_back({*bsn::parse_chain_name(hub), true});
  for (const std::string& hub : quiet_hubs) options.spec.hubs.push_back({*bsn::parse_chain_name(hub), false});
  for (const std::string& chain : chains) options.chains.push_back(*bsn::parse_chain_name(chain));

  bsn::RelayerShell relayer(options);
  auto metrics = bsn::Metrics::serve(listen, [&relayer] { return relayer.metrics(); });
  if (!metrics) {
    spdlog::error("{}", metrics.error().message);
    return 1;
  }
  bsn::announce_address((*metrics)->address());
  spdlog::info("{} relays between {} chains at {}", options.spec.name, options.chains.size(), options.gateway);
  const int signal = bsn::wait_for_stop_signal();
  spdlog::info("stopping on signal {}", signal);
  metrics->reset();  // it asks the relayer
  relayer.stop();
  return 0;
}
