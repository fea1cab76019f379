#include "sim/cli/tls_options.h"

namespace bsn {

void add_tls(CLI::App& verb, GatewayOptions& options) {
  CLI::Option* ca =
      verb.add_option("--tls-ca", options.tls_ca, "the gateway speaks TLS: PEM file with the authorities to believe");
  CLI::Option* certificate =
      verb.add_option("--tls-cert", options.tls_cert, "our certificate, for a gateway that asks for one")->needs(ca);
  certificate->needs(verb.add_option("--tls-key", options.tls_key, "... and its key")->needs(certificate));
}

}  // namespace bsn
