// bsn-gateway: the gateway of a service network as a process.
//
// It is told what it serves by GatewayControl.Commission and comes back with that after a restart. SIGTERM or SIGINT:
// open calls get two seconds, then it exits with 0.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "gateway/serve/gateway_server.h"
#include "rpc/process.h"

int main(int argc, char** argv) {
  bsn::GatewayOptions options;
  bool with_parent = false;
  CLI::App app("The gateway of a service network: admits calls and routes them to city nodes.");
  app.add_option("--listen", options.listen, "HOST:PORT to serve on; port 0: the system chooses")->required();
  app.add_option("--http", options.http, "HOST:PORT to serve HTTP/1.1 on as well");
  app.add_option("--data-dir", options.data_dir, "folder for what the gateway must remember")->required();
  app.add_option("--loops", options.loops, "threads that serve connections")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  app.add_option("--metrics", options.metrics,
                 "127.0.0.1:PORT for Prometheus; its address goes to DIR/metrics.address");
  app.add_option("--access-log-every", options.access_log_every, "one call of so many goes to DIR/access.log; 0: none");
  CLI::Option* certificate =
      app.add_option("--tls-cert", options.tls.certificate, "speak TLS: the certificate, in PEM, with its chain");
  CLI::Option* key = app.add_option("--tls-key", options.tls.key, "... and its key")->needs(certificate);
  certificate->needs(key);
  app.add_option("--tls-client-ca", options.tls.client_ca, "... and let in only clients with a certificate of this one")
      ->needs(certificate);
  app.add_flag("--die-with-parent", with_parent, "end when the parent process ends");
  CLI11_PARSE(app, argc, argv);

  bsn::set_up_log("bsn-gateway");
  bsn::block_stop_signals();
  if (with_parent) bsn::die_with_parent();
  auto gateway = bsn::GatewayServer::start(options);
  if (!gateway) {
    spdlog::error("{}", gateway.error().message);
    return 1;
  }
  std::vector<std::string> addresses{(*gateway)->address()};
  if (!options.http.empty()) addresses.push_back((*gateway)->http_address());
  bsn::announce_addresses(addresses);
  const int signal = bsn::wait_for_stop_signal();
  spdlog::info("stopping on signal {}", signal);
  (*gateway)->stop(bsn::milliseconds(1'800));
  return 0;
}
