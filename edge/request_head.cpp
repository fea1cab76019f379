#include "edge/request_head.h"

#include <boost/algorithm/string/case_conv.hpp>

#include "core/time.h"
#include "h2/wire_text.h"

namespace bsn::edge {
namespace {

Error bad_timeout(std::string_view name) {
  return {ErrorCode::corrupt,
          std::string(name) + " is no length of time: write \"5 s\" or \"250ms\" (grpc-timeout: \"5S\")"};
}

Result<std::optional<std::chrono::nanoseconds>> timeout_of(const HttpRequest& request) {
  constexpr std::string_view ours = "x-bsn-timeout", grpcs = "grpc-timeout";
  if (const std::string_view text = header(request, ours); !text.empty()) {
    const std::optional<Duration> read = parse_duration(text);
    if (!read || read->ns <= 0) return bad_timeout(ours);
    return std::optional(std::chrono::nanoseconds(read->ns));
  }
  const std::string_view text = header(request, grpcs);
  if (text.empty()) return std::optional<std::chrono::nanoseconds>();
  const auto read = h2::parse_timeout(text);
  if (!read) return bad_timeout(grpcs);
  return read;
}

}  // namespace

Result<CarriedCall::Head> head_of(const Exchange& exchange) {
  auto timeout = timeout_of(exchange.request());
  if (!timeout) return timeout.error();
  CarriedCall::Head head;
  head.timeout = *timeout;
  head.peer = exchange.peer();
  for (const auto& field : exchange.request()) {
    const std::string_view name(field.name_string().data(), field.name_string().size());
    head.metadata.add(boost::algorithm::to_lower_copy(std::string(name)), {field.value().data(), field.value().size()});
  }
  return head;
}

}  // namespace bsn::edge
