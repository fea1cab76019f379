// What a client sends beside its request: access key and origin, believed only when they are short and printable.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>

namespace bsn {

struct RequestMetadata {
  std::string access_key;  // empty: missing or not a possible key; nobody has the empty key
  std::string origin;      // empty: not given
  bool malformed = false;  // an origin was sent that cannot be one
};

RequestMetadata read_metadata(const grpc::ServerContextBase& context);

}  // namespace bsn
