// How a gRPC call ends: what its trailers say.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bsn::h2 {

// The canonical codes of gRPC that this library itself uses (grpc.github.io/grpc/core/md_doc_statuscodes.html).
enum class Code : int {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  permission_denied = 7,
  resource_exhausted = 8,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
};

struct Outcome {
  int code = 0;         // a canonical gRPC code
  std::string message;  // for people; any bytes, sent percent-encoded
  std::string details;  // for programs; sent as grpc-status-details-bin when not empty
  std::vector<std::pair<std::string, std::string>> trailers;  // names in lower case, values printable ASCII

  Outcome() = default;
  Outcome(Code of, std::string text) : code(static_cast<int>(of)), message(std::move(text)) {}
};

}  // namespace bsn::h2
