// `bsnsim explain`: where a call would go now, and why there and nowhere else.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "sim/cli/gateway_target.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

constexpr std::chrono::seconds ask_limit{10};

Result<v1::ExplainRouteResponse> ask(const GatewayTarget& target, const ExplainOptions& options) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + ask_limit);
  context.AddMetadata("x-api-key", target.access_key);
  v1::ExplainRouteRequest request;
  *request.mutable_chain() = encode(ChainName{options.network, options.chain});
  request.set_origin(options.origin);
  request.set_submit(options.submit);
  request.set_account(options.account);
  request.set_final(options.final);
  v1::ExplainRouteResponse response;
  const grpc::Status status = v1::Gateway::NewStub(target.channel())->ExplainRoute(&context, request, &response);
  if (!status.ok()) return Error{ErrorCode::unavailable, "the gateway says: " + status.error_message()};
  if (response.candidates().empty()) {
    return Error{ErrorCode::not_found,
                 fmt::format("nobody hosts {}/{}, or {} is no city of this network", options.network, options.chain,
                             options.origin.empty() ? "the origin" : options.origin)};
  }
  return response;
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

void print(const v1::ExplainRouteResponse& response, const ExplainOptions& options) {
  fmt::print("policy {}; -> marks where the next such call goes\n", response.policy());
  if (response.compare() > 0) {
    fmt::print("reads at level final go to {} peers, whose answers must agree{}\n", response.compare(),
               options.final ? "" : "; --final shows to which");
  }
  if (!response.shed().empty()) {
    fmt::print("the gateway is at {:.0f} % of what it can carry and refuses {}\n", response.pressure() * 100,
               response.shed());
  }
  fmt::print("\n");
  TextTable table({"city", "", "peer", "one way\n(ms)", "expected\n(ms)", "calls there", "why"});
  for (const v1::RouteCandidate& candidate : response.candidates()) {
    table.add({candidate.city(), candidate.chosen() || candidate.compared() ? "->" : "",
               candidate.validator() ? "validator" : "follower", fmt::format("{:.1f}", ms(candidate.distance_ns())),
               fmt::format("{:.1f}", ms(candidate.expected_ns())), std::to_string(candidate.calls()), candidate.why()});
  }
  fmt::print("{}", table.text(140));
}

boost::json::object to_json(const v1::ExplainRouteResponse& response) {
  boost::json::array candidates;
  for (const v1::RouteCandidate& candidate : response.candidates()) {
    candidates.push_back(boost::json::object{{"city", candidate.city()},
                                             {"validator", candidate.validator()},
                                             {"healthy", candidate.healthy()},
                                             {"distance_ns", candidate.distance_ns()},
                                             {"expected_ns", candidate.expected_ns()},
                                             {"calls", candidate.calls()},
                                             {"chosen", candidate.chosen()},
                                             {"compared", candidate.compared()},
                                             {"why", candidate.why()}});
  }
  return {{"policy", response.policy()},
          {"compare", response.compare()},
          {"pressure", response.pressure()},
          {"shed", response.shed()},
          {"candidates", candidates}};
}

}  // namespace

int command_explain(const ExplainOptions& options) {
  const Result<GatewayTarget> target = find_gateway(options);
  if (!target) return report_error(target.error());
  const Result<v1::ExplainRouteResponse> response = ask(*target, options);
  if (!response) return report_error(response.error());
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(*response)));
  } else {
    print(*response, options);
  }
  return 0;
}

}  // namespace bsn
