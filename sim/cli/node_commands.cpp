// The life of city nodes of a running cluster: asks its operator, and waits until the city is where it shall be.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "loop/monotonic_clock.h"
#include "proto/operator.grpc.pb.h"
#include "rpc/channel.h"
#include "sim/cli/commands.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/stop_signal.h"
#include "sim/live/operator_process.h"

namespace bsn {
namespace {

using Stub = v1::Operator::Stub;

constexpr std::chrono::milliseconds look_interval{200};
constexpr std::chrono::seconds rpc_limit{60};  // handing a step out to hundreds of nodes may take a while

struct Verb {
  const char* reached;  // the state that the city shall have in the end
  grpc::Status (Stub::*step)(grpc::ClientContext*, const v1::CityRequest&, v1::CityReport*);
};

const std::map<std::string, Verb>& verbs() {
  static const std::map<std::string, Verb> all{{"commission", {"connected", &Stub::CommissionCity}},
                                               {"drain", {"draining", &Stub::DrainCity}},
                                               {"leave", {"left", &Stub::LeaveCity}}};
  return all;
}

int refused(const grpc::Status& status) {
  fmt::print(stderr, "bsnsim: {}\n", status.error_message());
  const bool wrong_name =
      status.error_code() == grpc::StatusCode::NOT_FOUND || status.error_code() == grpc::StatusCode::INVALID_ARGUMENT;
  return wrong_name ? 104 : 1;
}

template <class Method, class Request, class Response>
grpc::Status ask(Stub& stub, Method method, const Request& request, Response& response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + rpc_limit);
  return (stub.*method)(&context, request, &response);
}

Result<std::unique_ptr<Stub>> open_operator(const PlaceOptions& options) {
  const auto address = find_operator(binary_folder(options.bin_dir), cluster_folder(options.name), &stop_requested);
  if (!address) return address.error();
  return v1::Operator::NewStub(open_channel(*address));
}

// "syncing: 1,203 blocks behind on fabric/supply-chain", or what else there is to wait for.
std::string progress_of(const v1::CityReport& report) {
  const v1::CityChain* farthest = nullptr;
  for (const v1::CityChain& chain : report.chains()) {
    if (!chain.joined() &&
        (!farthest || chain.tip() - chain.final_height() > farthest->tip() - farthest->final_height()))
      farthest = &chain;
  }
  std::string text = report.city() + " is " + report.state();
  if (report.state() == "syncing" && farthest != nullptr) {
    text += fmt::format(", {} blocks behind on {}/{}", farthest->tip() - farthest->final_height(),
                        farthest->chain().network(), farthest->chain().chain());
  }
  if (report.seating() && report.state() != "syncing") text += ", its seat as a validator is not agreed upon yet";
  if (report.open_calls() > 0) text += fmt::format(", {} calls are out there", report.open_calls());
  if (!report.trouble().empty()) text += "; the last attempt failed: " + report.trouble();
  return text;
}

bool arrived(const v1::CityReport& report, const std::string& state) {
  return report.state() == state && report.open_calls() == 0 && !report.seating() && report.trouble().empty();
}

int print_arrival(const v1::CityReport& report) {
  fmt::print("{} is {}", report.city(), report.state());
  for (int n = 0; n < report.chains_size(); ++n) {
    const v1::CityChain& chain = report.chains(n);
    fmt::print("{}{}/{} ({}, block {})", n == 0 ? ": " : ", ", chain.chain().network(), chain.chain().chain(),
               chain.validator() ? "validator" : "follower", chain.final_height());
  }
  fmt::print("\n");
  return 0;
}

// Looks until the city is where it shall be, the time is over, or the user wants out.
int wait_for(Stub& stub, v1::CityReport report, const std::string& state, const NodeOptions& options) {
  const Instant deadline = monotonic_now() + seconds(options.timeout_s);
  ProgressLine progress(options.quiet);
  std::string shown;
  v1::CityRequest request;
  request.set_city(report.city());
  while (!arrived(report, state)) {
    if (stop_requested) {
      fmt::print(stderr, "bsnsim: {}; the operator goes on\n", progress_of(report));
      return 105;
    }
    if (monotonic_now() >= deadline) {
      fmt::print(stderr, "bsnsim: after {} s {}; the operator goes on, look with `bsnsim node list`\n",
                 options.timeout_s, progress_of(report));
      return 1;
    }
    if (progress_of(report) != shown) progress.note(shown = progress_of(report));
    std::this_thread::sleep_for(look_interval);
    report.Clear();
    if (const auto status = ask(stub, &Stub::GetCity, request, report); !status.ok()) return refused(status);
  }
  return print_arrival(report);
}

std::string joined_states(const std::map<std::string, int>& counts) {
  std::string text;
  for (const auto& [state, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
  return text;
}

}  // namespace

int command_node_step(const NodeOptions& options) {
  watch_stop_signal();
  const Verb& verb = verbs().at(options.verb);
  auto stub = open_operator(options);
  if (!stub) return report_error(stub.error());
  v1::CityRequest request;
  request.set_city(options.city);
  for (const std::string& chain : options.validates) request.add_validates(chain);
  v1::CityReport report;
  if (const auto status = ask(**stub, verb.step, request, report); !status.ok()) return refused(status);
  if (options.wait) return wait_for(**stub, std::move(report), verb.reached, options);
  fmt::print("{}\n", progress_of(report));
  return 0;
}

int command_node_list(const NodeOptions& options) {
  auto stub = open_operator(options);
  if (!stub) return report_error(stub.error());
  v1::ListCitiesResponse response;
  if (const auto status = ask(**stub, &Stub::ListCities, v1::ListCitiesRequest(), response); !status.ok()) {
    return refused(status);
  }
  boost::json::array list;
  std::map<std::string, int> counts;
  for (const v1::CityReport& city : response.cities()) {
    ++counts[city.state()];
    list.push_back({{"city", city.city()}, {"state", city.state()}, {"leaving", city.leaving()}});
  }
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"revision", response.revision()}, {"cities", std::move(list)}}));
    return 0;
  }
  for (const v1::CityReport& city : response.cities()) {
    fmt::print("{:<20} {}{}\n", city.city(), city.state(), city.leaving() ? " (leaves)" : "");
  }
  fmt::print("{} city nodes: {}\n", response.cities_size(), joined_states(counts));
  return 0;
}

}  // namespace bsn
