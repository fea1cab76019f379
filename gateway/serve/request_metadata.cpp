#include "gateway/serve/request_metadata.h"

#include <algorithm>
#include <string_view>

#include "rpc/call_context.h"

namespace bsn {
namespace {

constexpr std::size_t longest_value = 256;

std::string believed(const h2::Metadata& metadata, std::string_view name) {
  const auto value = metadata.only(name);
  return std::string(value && believable(*value, longest_value) ? *value : "");
}

}  // namespace

RequestMetadata read_metadata(const h2::Metadata& metadata) {
  RequestMetadata read;
  read.access_key = believed(metadata, "x-api-key");
  read.is_signed = read.access_key.empty() && metadata.contains("x-bsn-key");
  read.origin = believed(metadata, "x-bsn-origin");
  read.malformed = read.origin.empty() && metadata.contains("x-bsn-origin");
  read.trace = parse_traceparent(metadata.only("traceparent").value_or(""));
  return read;
}

}  // namespace bsn
