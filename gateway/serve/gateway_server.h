// A whole gateway process but for main: the HTTP/2 server with its services, and, once commissioned, the shell behind
// them.
//
// Health is SERVING once it is commissioned and every city node has been reached or found unreachable.
// Threads: public functions from one thread (main's, a test's); the services are called on the server's loops.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "edge/http_server.h"
#include "gateway/serve/account_service.h"
#include "gateway/serve/gateway_service.h"
#include "gateway/serve/http_door.h"
#include "gateway/serve/metrics.h"
#include "gateway/serve/team_service.h"
#include "h2/server.h"
#include "h2/tls.h"
#include "proto/control.pb.h"
#include "rpc/data_dir.h"
#include "rpc/health_service.h"
#include "rpc/metrics.h"

namespace bsn {

struct GatewayOptions {
  std::string listen = "127.0.0.1:0";
  std::string data_dir;  // also gets the file admin.key, when it has none; of several gateways, holds team.key
  int loops = 1;         // threads that serve connections
  std::string
      metrics;  // "127.0.0.1:PORT" for Prometheus; its real address goes to the file metrics.address. Empty: none
  std::uint32_t access_log_every = 0;  // one call of so many goes to the file access.log; 0: none
  std::string http{};                  // where to serve HTTP/1.1 too; empty: nowhere
  h2::TlsServerFiles tls{};            // for gRPC and HTTP alike; no certificate: in the clear
};

class GatewayServer final {
 public:
  // Serves, commissioned if the folder holds a commission. Errors: those of DataDir and h2::Server.
  static Result<std::unique_ptr<GatewayServer>> start(const GatewayOptions& options);

  // stop() with no patience, unless it has been stopped.
  ~GatewayServer();

  const std::string& address() const { return server_->address(); }

  // "127.0.0.1:40002"; empty: there are none.
  std::string metrics_address() const { return metrics_ ? metrics_->address() : std::string(); }

  // Where HTTP/1.1 is served; empty: nowhere.
  std::string http_address() const { return http_ ? http_->address() : ""; }

  // Refuses new calls, lets open ones end for at most `patience`, then ends everything. Idempotent.
  void stop(Duration patience);

 private:
  // What was read before anything is served.
  struct Kept {
    DataDir folder;
    std::unique_ptr<GatewayDisk> disk;
    Digest admin_key_hash;
    std::string team_key;  // empty: there is none
    std::unique_ptr<AccessLog> access_log;
  };
  static Result<Kept> open(const GatewayOptions& options);
  GatewayServer(Kept kept, std::unique_ptr<h2::Server> server);

  Result<Done> serve_metrics(const std::string& listen);
  std::shared_ptr<edge::Sites> make_sites();
  Result<Done> open_http(const std::string& address, const h2::TlsServerFiles& tls);
  void add_control();
  Reply commission(const h2::Call& call, const v1::CommissionGatewayRequest& request);
  void count(h2::Call& call);
  void look(h2::Call& call);
  MakeQuotaSource quota_source(const GatewaySpec& spec, std::vector<QuotaRecord> records, std::int64_t zero_unix_ns);
  Result<Done> set_to_work(const GatewaySpec& spec);  // mutex_ is held, as by the next
  Reply go_over(const GatewaySpec& spec);             // to another assignment

  DataDir folder_;
  std::unique_ptr<GatewayDisk> disk_;
  std::unique_ptr<AccessLog> access_log_;
  const std::string team_key_;
  std::unique_ptr<h2::Server> server_;
  GatewayService service_;
  AccountService account_service_;
  TeamService team_service_;
  HealthService health_;
  HttpDoor door_;
  const std::shared_ptr<edge::Sites> sites_;
  std::unique_ptr<edge::HttpServer> http_;
  std::mutex mutex_;  // guards the next three
  std::unique_ptr<AccountBook> book_;
  std::unique_ptr<GatewayShell> shell_;
  bool stopped_ = false;
  std::unique_ptr<Metrics> metrics_;  // last: looks at all of the above
};

}  // namespace bsn
