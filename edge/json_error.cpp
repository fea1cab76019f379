#include "edge/json_error.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "proto/codec.h"

namespace bsn::edge {

unsigned http_status(int grpc_code) {
  static constexpr std::array<unsigned, 17> by_code = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                                                       400, 409, 400, 501, 500, 503, 500, 401};
  const auto code = static_cast<std::size_t>(grpc_code);
  return code < by_code.size() ? by_code[code] : 500;
}

Advice advice_of(const h2::Outcome& outcome) {
  v1::Reply details;
  if (outcome.details.empty() || !details.ParseFromString(outcome.details)) return {};
  const Result<Reply> reply = decode(details);
  return reply ? Advice{reply->reason, reply->retry_after} : Advice{};
}

h2::Outcome malformed(std::string why) {
  h2::Outcome outcome(h2::Code::invalid_argument, why);
  outcome.details = encode(refusal(Status::invalid_argument, Reason::malformed, std::move(why))).SerializeAsString();
  return outcome;
}

void set_retry_after(HttpResponse& response, Duration retry_after) {
  if (retry_after <= Duration{}) return;
  response.set(http::field::retry_after, std::to_string((retry_after.ns + 999'999'999) / 1'000'000'000));
}

HttpResponse json_error(unsigned status, const h2::Outcome& outcome) {
  namespace json = boost::json;
  const Advice advice = advice_of(outcome);
  json::array details;
  if (advice.reason != Reason::none) {
    details.push_back({{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                       {"reason", to_string(advice.reason)},
                       {"domain", "bsn.v1"}});
  }
  if (advice.retry_after > Duration{}) {
    details.push_back({{"@type", "type.googleapis.com/google.rpc.RetryInfo"},
                       {"retryDelay", fmt::format("{:.9f}s", advice.retry_after.seconds())}});
  }
  const json::object error = {{"code", status},
                              {"status", to_string(static_cast<Status>(outcome.code))},
                              {"message", outcome.message},
                              {"details", std::move(details)}};
  HttpResponse made = response(status, "application/json", json::serialize(json::object{{"error", error}}) + "\n");
  set_retry_after(made, advice.retry_after);
  return made;
}

}  // namespace bsn::edge
