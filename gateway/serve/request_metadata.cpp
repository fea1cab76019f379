#include "gateway/serve/request_metadata.h"

#include "rpc/call_context.h"

namespace bsn {
namespace {

constexpr std::size_t longest_value = 256;

}  // namespace

RequestMetadata read_metadata(const grpc::ServerContextBase& context) {
  RequestMetadata metadata;
  if (const auto key = metadata_value(context, "x-api-key", longest_value)) metadata.access_key = *key;
  if (const auto origin = metadata_value(context, "x-bsn-origin", longest_value)) metadata.origin = *origin;
  metadata.malformed = metadata.origin.empty() && context.client_metadata().contains("x-bsn-origin");
  return metadata;
}

}  // namespace bsn
