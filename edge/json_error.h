// Refusals as JSON over HTTP, in the form of Google's APIs (google.aip.dev/193): HTTP status by canonical code,
// {"error": {"code", "status", "message", "details"}} with an ErrorInfo that names our reason and, when waiting helps,
// a RetryInfo and the header Retry-After (in whole seconds, rounded up).
#pragma once

#include "core/call.h"
#include "edge/http.h"
#include "h2/outcome.h"

namespace bsn::edge {

// The mapping of google/rpc/code.proto.
unsigned http_status(int grpc_code);

// What an outcome says beyond code and message: reason and advice to retry, as far as it carries them.
struct Advice {
  Reason reason = Reason::none;
  Duration retry_after;
};
Advice advice_of(const h2::Outcome& outcome);

// Sets Retry-After, unless there is nothing to advise.
void set_retry_after(HttpResponse& response, Duration retry_after);

// How a call ends whose form is wrong.
h2::Outcome malformed(std::string why);

HttpResponse json_error(unsigned status, const h2::Outcome& outcome);
inline HttpResponse json_error(const h2::Outcome& outcome) { return json_error(http_status(outcome.code), outcome); }

}  // namespace bsn::edge
