// Services of a running cluster: asks its operator's portal, and waits until the service has got there.
#include "sim/cli/service_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "loop/monotonic_clock.h"
#include "proto/portal.grpc.pb.h"
#include "rpc/channel.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/stop_signal.h"
#include "sim/live/operator_process.h"
#include "sim/live/portal_messages.h"
#include "sim/service_report.h"

namespace bsn {
namespace {

using Stub = v1::Portal::Stub;

constexpr std::size_t table_width = 140;
constexpr std::chrono::milliseconds look_interval{200};
constexpr std::chrono::seconds rpc_limit{60};  // handing a step out to hundreds of nodes may take a while

// 104 when it was said wrongly, as with every file and flag; 1 when the network is not in a state for it.
int refused(const grpc::Status& status) {
  fmt::print(stderr, "bsnsim: {}\n", status.error_message());
  const bool wrong_name =
      status.error_code() == grpc::StatusCode::NOT_FOUND || status.error_code() == grpc::StatusCode::INVALID_ARGUMENT;
  return wrong_name ? 104 : 1;
}

Result<std::unique_ptr<Stub>> open_portal(const PlaceOptions& options) {
  const auto address = find_operator(binary_folder(options.bin_dir), cluster_folder(options.name), &stop_requested);
  if (!address) return address.error();
  return v1::Portal::NewStub(open_channel(*address));
}

template <class Method, class Request, class Response>
grpc::Status ask(Stub& stub, Method method, const Request& request, Response& response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + rpc_limit);
  return (stub.*method)(&context, request, &response);
}

std::string condition(const ServiceReport& service) {
  return fmt::format("{}/{} version {} is {}", service.framework, service.service, service.version, service.state);
}

// The newest service of this id: a retired one may have had it before.
const v1::ServiceInfo* newest(const v1::ListServicesResponse& response, const std::string& id) {
  const v1::ServiceInfo* found = nullptr;
  for (const v1::ServiceInfo& one : response.services()) {
    if (one.service() == id) found = &one;
  }
  return found;
}

// Looks until the service is in this state, the time is over, or the user wants out.
int wait_for(Stub& stub, ServiceReport service, const char* state, const ServiceOptions& options) {
  const Instant deadline = monotonic_now() + seconds(options.timeout_s);
  ProgressLine progress(options.quiet);
  std::string shown;
  while (service.state != state) {
    if (stop_requested || monotonic_now() >= deadline) {
      fmt::print(stderr, "bsnsim: {}; the operator goes on, look with `bsnsim service list`\n", condition(service));
      return stop_requested ? 105 : 1;
    }
    if (condition(service) != shown) progress.note(shown = condition(service));
    std::this_thread::sleep_for(look_interval);
    v1::ListServicesResponse response;
    const auto status = ask(stub, &Stub::ListServices, v1::ListServicesRequest(), response);
    if (!status.ok()) return refused(status);
    if (const v1::ServiceInfo* now = newest(response, service.service)) service = decode(*now);
  }
  fmt::print("{}\n", condition(service));
  return 0;
}

template <class Method, class Request>
int change(const ServiceOptions& options, Method method, const Request& request, const char* state) {
  watch_stop_signal();
  auto stub = open_portal(options);
  if (!stub) return report_error(stub.error());
  v1::ServiceInfo info;
  if (const auto status = ask(**stub, method, request, info); !status.ok()) return refused(status);
  if (options.wait) return wait_for(**stub, decode(info), state, options);
  fmt::print("{}\n", condition(decode(info)));
  return 0;
}

// The three RPCs without a stream have overloads; these name the blocking ones.
template <class Request>
using Blocking = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, v1::ServiceInfo*);

}  // namespace

int command_service_deploy(const ServiceOptions& options) {
  const Blocking<v1::DeployServiceRequest> method = &Stub::Deploy;
  return change(options, method, encode(options.order), "running");
}

int command_service_upgrade(const ServiceOptions& options) {
  const Blocking<v1::UpgradeServiceRequest> method = &Stub::Upgrade;
  return change(options, method, encode_upgrade(options.order.id, options.upgrade), "running");
}

int command_service_move(const ServiceOptions& options) {
  v1::MoveServiceRequest request;
  request.set_service(options.order.id);
  request.set_from(options.move.from);
  request.set_to(options.move.to);
  const Blocking<v1::MoveServiceRequest> method = &Stub::Move;
  return change(options, method, request, "running");
}

int command_service_retire(const ServiceOptions& options) {
  v1::RetireServiceRequest request;
  request.set_service(options.order.id);
  const Blocking<v1::RetireServiceRequest> method = &Stub::Retire;
  return change(options, method, request, "retired");
}

int command_service_list(const ServiceOptions& options) {
  auto stub = open_portal(options);
  if (!stub) return report_error(stub.error());
  v1::ListServicesResponse response;
  const auto status = ask(**stub, &Stub::ListServices, v1::ListServicesRequest(), response);
  if (!status.ok()) return refused(status);
  std::vector<ServiceReport> services;
  for (const v1::ServiceInfo& one : response.services()) services.push_back(decode(one));
  if (options.json) {
    boost::json::array list;
    for (const ServiceReport& one : services) list.push_back(service_json(one));
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"services", std::move(list)}}));
    return 0;
  }
  fmt::print("{}", services.empty() ? "no service was deployed\n" : service_table(services, table_width));
  for (const ServiceReport& one : services) {
    fmt::print("{}: validators {}; followers {}\n", one.service, fmt::join(one.validators, " "),
               one.followers.empty() ? "none" : fmt::format("{}", fmt::join(one.followers, " ")));
  }
  return 0;
}

}  // namespace bsn
