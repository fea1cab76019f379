#include "gateway/serve/gateway_server.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "edge/grpc_web.h"
#include "edge/h2_exchange.h"
#include "edge/json_api.h"
#include "edge/permissioned/permissioned_service.h"
#include "edge/public_service.h"
#include "gateway/gateway_spec_check.h"
#include "gateway/serve/holder_link.h"
#include "proto/codec.h"
#include "proto/codec_gateway_view.h"
#include "rpc/call_context.h"
#include "rpc/reflection_service.h"
#include "rpc/reply_outcome.h"
#include "rpc/secret.h"
#include "rpc/stored_commission.h"

namespace bsn {
namespace {

const std::vector<std::string> services = {"bsn.v1.Gateway",
                                           "bsn.v1.GatewayControl",
                                           "bsn.v1.GatewayLook",
                                           "bsn.v1.Accounts",
                                           "bsn.v1.GatewayTeam",
                                           "grpc.health.v1.Health",
                                           "grpc.reflection.v1alpha.ServerReflection"};

Reply refuse(Status status, const std::string& why) { return refusal(status, Reason::none, why); }

Result<Done> write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::io, "can't write " + path};
  return Done{};
}

// nullptr: in the clear.
Result<std::shared_ptr<const h2::Tls>> tls_for(const h2::TlsServerFiles& files, const std::string& protocol) {
  if (files.certificate.empty()) return std::shared_ptr<const h2::Tls>();
  return h2::Tls::for_server(files, protocol);
}

Reply refuse_stranger() { return refuse(Status::permission_denied, "control is for callers on this machine only"); }

}  // namespace

Result<std::unique_ptr<GatewayServer>> GatewayServer::start(const GatewayOptions& options) {
  Result<Kept> kept = open(options);
  if (!kept) return kept.error();
  Result<std::optional<GatewaySpec>> stored = read_commission<GatewaySpec>(kept->folder);
  if (!stored) return stored.error();
  if (*stored) {
    if (const auto wrong = check(**stored)) return Error{ErrorCode::corrupt, "the stored commission: " + *wrong};
  }
  const Result<std::shared_ptr<const h2::Tls>> tls = tls_for(options.tls, "h2");
  if (!tls) return tls.error();
  h2::ServerOptions server_options;
  server_options.tls = *tls;
  server_options.listen = options.listen;
  server_options.loops = options.loops;
  server_options.dress_refusal = [](h2::Outcome& outcome) { dress_refusal(outcome, Reason::gateway_full); };
  Result<std::unique_ptr<h2::Server>> server = h2::Server::listen(std::move(server_options));
  if (!server) return server.error();
  std::unique_ptr<GatewayServer> gateway(new GatewayServer(std::move(*kept), std::move(*server)));
  if (auto served = gateway->serve_metrics(options.metrics); !served) return served.error();
  if (!options.http.empty()) {
    if (const auto opened = gateway->open_http(options.http, options.tls); !opened) return opened.error();
  }
  const std::lock_guard lock(gateway->mutex_);
  gateway->server_->start();
  if (*stored && !gateway->shell_) {
    if (const auto works = gateway->set_to_work(**stored); !works) return works.error();
  }
  return gateway;
}

Result<Done> GatewayServer::serve_metrics(const std::string& listen) {
  if (listen.empty()) return Done{};
  Result<std::unique_ptr<Metrics>> metrics = Metrics::serve(listen, [this] {
    GatewayShell* shell = nullptr;
    {
      // Not while looking: the loop that is asked may be waiting for the mutex.
      const std::lock_guard lock(mutex_);
      if (!stopped_) shell = shell_.get();
    }
    return gateway_metrics(shell, *server_);
  });
  if (!metrics) return metrics.error();
  metrics_ = std::move(*metrics);
  return write_text(folder_.path_of("metrics.address"), metrics_->address() + "\n");
}

Result<GatewayServer::Kept> GatewayServer::open(const GatewayOptions& options) {
  Result<DataDir> folder = DataDir::open(options.data_dir);
  if (!folder) return folder.error();
  Result<std::unique_ptr<GatewayDisk>> disk = GatewayDisk::open(folder->path());
  if (!disk) return disk.error();
  const Result<Digest> admin = admin_key_hash(folder->path_of("admin.key"));
  if (!admin) return admin.error();
  std::string team_key;
  if (const std::string path = folder->path_of("team.key"); std::filesystem::exists(path)) {
    const Result<std::string> key = read_secret(path);
    if (!key) return key.error();
    team_key = *key;
  }
  Kept kept{std::move(*folder), std::move(*disk), admin.value(), std::move(team_key), nullptr};
  if (options.access_log_every == 0) return kept;
  auto log = AccessLog::open(kept.folder.path_of("access.log"), options.access_log_every);
  if (!log) return log.error();
  kept.access_log = std::move(*log);
  return kept;
}

GatewayServer::GatewayServer(Kept kept, std::unique_ptr<h2::Server> server)
    : folder_(std::move(kept.folder)),
      disk_(std::move(kept.disk)),
      access_log_(std::move(kept.access_log)),
      team_key_(std::move(kept.team_key)),
      server_(std::move(server)),
      service_(*server_, access_log_.get()),
      account_service_(server_->methods(), kept.admin_key_hash),
      team_service_(server_->methods(), team_key_.empty() ? std::nullopt : std::optional(sha256(team_key_))),
      health_(server_->methods(), services),
      sites_(make_sites()) {
  add_reflection(server_->methods(), services);
  add_control();
  server_->serve_plain(edge::serve_over_h2(*sites_));
}

GatewayServer::~GatewayServer() { stop({}); }

void GatewayServer::stop(Duration patience) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  health_.set_serving(false);
  metrics_.reset();
  if (shell_) shell_->drain(patience);
  server_->loop(0).post([this] { sites_->drain(); });
  if (http_) http_->stop(std::chrono::milliseconds(100));
  server_->close(std::chrono::milliseconds(100));
  if (shell_) shell_->stop();
  server_->stop({});
  shell_.reset();
}

// Browsers, shells and other chains' clients call by them what gRPC's clients call directly.
std::shared_ptr<edge::Sites> GatewayServer::make_sites() {
  auto sites = std::make_shared<edge::Sites>();
  sites->add(std::make_unique<edge::JsonApi>(server_->methods()));
  sites->add(std::make_unique<edge::GrpcWeb>(server_->methods()));
  sites->add(std::make_unique<edge::PermissionedService>(door_, server_->methods()));
  sites->add(std::make_unique<edge::PublicService>(door_, server_->methods(), server_->loop(0)));
  return sites;
}

Result<Done> GatewayServer::open_http(const std::string& address, const h2::TlsServerFiles& files) {
  Result<std::shared_ptr<const h2::Tls>> tls = tls_for(files, "http/1.1");
  if (!tls) return tls.error();
  auto opened = edge::HttpServer::listen(address, *server_, sites_, {}, std::move(*tls));
  if (!opened) return opened.error();
  http_ = std::move(*opened);
  return Done{};
}

// Quotas and later accounts come from this process, or from the gateway that this one follows.
MakeQuotaSource GatewayServer::quota_source(const GatewaySpec& spec, std::vector<QuotaRecord> records,
                                            std::int64_t zero_unix_ns) {
  if (spec.team.holder.empty()) {
    return [this, records = std::move(records), zero_unix_ns](const QuotaSource::Granted& granted) {
      const auto grant = [this, granted](std::uint64_t to, const QuotaGrant& one) {
        return to == QuotaKeeper::own ? granted(one) : team_service_.grant(to, one);
      };
      auto keeper = std::make_unique<QuotaKeeper>(*disk_, zero_unix_ns, records, grant);
      team_service_.serve(*book_, *keeper);
      return keeper;
    };
  }
  team_service_.serve_nobody();
  const HolderLink::Target target{spec.team.holder, team_key_, spec.cities[spec.home.value].name};
  return [this, target](const QuotaSource::Granted& granted) {
    return std::make_unique<HolderLink>(server_->loop(0), target, granted, [this](const Accounts& accounts) {
      const std::lock_guard lock(mutex_);  // until the shell is there
      const auto followed = stopped_ ? Result<Done>(Done{}) : book_->follow(accounts);
      if (!followed) spdlog::error("the holder's accounts: {}", followed.error().message);
    });
  };
}

// The projects of the commission are those of the first start; later ones come from the book.
Result<Done> GatewayServer::set_to_work(const GatewaySpec& spec) {
  if (!spec.team.holder.empty() && team_key_.empty()) {
    return Error{ErrorCode::invalid_configuration, "it is to follow another gateway, but there is no " +
                                                       folder_.path_of("team.key") + " with the secret that both have"};
  }
  Result<std::optional<Accounts>> stored = disk_->accounts();
  if (!stored) return stored.error();
  const Result<std::vector<QuotaRecord>> quotas = disk_->quotas();
  if (!quotas) return quotas.error();
  const std::int64_t zero = unix_ns_at_zero();
  Result<std::optional<Resumed>> resumed = disk_->resume(monotonic_now().ns + zero);
  if (!resumed) return resumed.error();
  const Accounts accounts = *stored ? std::move(**stored) : accounts_of(spec.projects);
  book_ = std::make_unique<AccountBook>(*disk_, accounts, [this](const std::shared_ptr<const Accounts>& next) {
    shell_->assign(next);
    team_service_.tell(*next);
  });
  shell_ = std::make_unique<GatewayShell>(
      server_->loop(0), spec,
      GatewayShell::Memory{*disk_, book_->now(), quota_source(spec, *quotas, zero), std::move(*resumed), zero}, [this] {
        spdlog::info("serving");
        health_.set_serving(true);
      });
  service_.serve(*shell_);
  account_service_.serve(*book_, *shell_);
  door_.serve(*shell_);
  spdlog::info("commissioned: {} cities, {} chains, {} projects", spec.cities.size(), spec.routes.size(),
               accounts.projects.size());
  return Done{};
}

// ---- control ----

void GatewayServer::add_control() {
  h2::Methods& methods = server_->methods();
  methods.add("/bsn.v1.GatewayControl/Commission",
              unary_method<v1::CommissionGatewayRequest>(
                  [this](h2::Call& call, const auto& request) -> std::shared_ptr<h2::CallHandler> {
                    const Reply reply = commission(call, request);
                    if (reply.status == Status::ok) call.send(v1::CommissionResponse().SerializeAsString());
                    call.finish(outcome_of(reply));
                    return nullptr;
                  }));
  methods.add(
      "/bsn.v1.GatewayControl/Counters",
      unary_method<v1::CountersRequest>([this](h2::Call& call, const auto&) -> std::shared_ptr<h2::CallHandler> {
        count(call);
        return nullptr;
      }));
  methods.add("/bsn.v1.GatewayLook/View", unary_method<v1::GatewayViewRequest>(
                                              [this](h2::Call& call, const auto&) -> std::shared_ptr<h2::CallHandler> {
                                                look(call);
                                                return nullptr;
                                              }));
}

Reply GatewayServer::commission(const h2::Call& call, const v1::CommissionGatewayRequest& request) {
  if (!on_loopback(call)) return refuse_stranger();
  const Result<GatewaySpec> spec = decode(request);
  if (!spec) return refuse(Status::invalid_argument, spec.error().message);
  if (const auto wrong = check(*spec)) return refuse(Status::invalid_argument, *wrong);
  const std::lock_guard lock(mutex_);
  if (stopped_) return refuse(Status::unavailable, "stopping");
  if (shell_) return go_over(*spec);
  const Result<Done> stored = write_commission(folder_, *spec);
  if (!stored) return refuse(Status::internal, stored.error().message);
  if (const auto works = set_to_work(*spec); !works) return refuse(Status::internal, works.error().message);
  return {};
}

// Stored first: a gateway that dies on the way comes back as what it was to become.
Reply GatewayServer::go_over(const GatewaySpec& spec) {
  const auto now = shell_->spec();
  if (spec.revision == 0) return refuse(Status::failed_precondition, "already commissioned");
  if (spec.revision <= now->revision) return {};
  if (const auto wrong = check_next(*now, spec)) return refuse(Status::failed_precondition, *wrong);
  const Result<Done> stored = write_commission(folder_, spec);
  if (!stored) return refuse(Status::internal, stored.error().message);
  shell_->assign(spec);
  spdlog::info("assignment {}: {} chains", spec.revision, spec.routes.size());
  return {};
}

void GatewayServer::count(h2::Call& call) {
  if (!on_loopback(call)) return call.finish(outcome_of(refuse_stranger()));
  const std::lock_guard lock(mutex_);
  const bool running = shell_ && shell_->run([call = call.shared_from_this(), shell = shell_.get()](Instant now) {
    v1::CountersResponse response;
    const GatewayCounters& counters = shell->gateway().counters();
    response.set_calls(counters.calls);
    response.set_refused(counters.refused);
    response.set_attempts(counters.attempts);
    response.set_retries(counters.retries);
    response.set_hedges(counters.hedges);
    response.set_compares(counters.compares);
    for (const CitySpec& city : shell->gateway().spec().cities) {
      response.add_open_calls(shell->gateway().open_calls(city.index));
    }
    for (const RouteSpec& route : shell->gateway().spec().routes) {
      *response.add_routes() = encode(shell->gateway().use(route.index));
    }
    *response.mutable_pace() = encode(shell->gateway().pace(now));
    answer_later(call, response);
  });
  if (!running) call.finish(outcome_of(refuse(Status::unavailable, "not commissioned yet")));
}

// First the connections of clients, loop by loop, then those to the nodes.
void GatewayServer::look(h2::Call& call) {
  if (!on_loopback(call)) return call.finish(outcome_of(refuse_stranger()));
  server_->look(most_clients_in_view, [this, call = call.shared_from_this()](std::vector<ClientConnection> clients) {
    const h2::GuardCounts guard = server_->counts();
    GatewayView view{server_->connections(),  guard.accepted,     guard.ended, guard.refused,
                     guard.handshakes_failed, std::move(clients), {}};
    const std::lock_guard lock(mutex_);
    const bool running = !stopped_ && shell_ && shell_->run([call, view, shell = shell_.get()](Instant now) mutable {
      view.nodes = shell->node_connections(now);
      answer_later(call, encode(view));
    });
    if (!running) answer_later(call, encode(view));
  });
}

}  // namespace bsn
