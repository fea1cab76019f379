// What a client sends beside its request: access key, origin and deadline, believed only within bounds.
#pragma once

#include <string>

#include "core/trace_context.h"
#include "h2/call.h"

namespace bsn {

struct RequestMetadata {
  std::string access_key;  // empty: missing or not a possible key; nobody has the empty key
  bool is_signed = false;  // says who signed it, instead of an access key
  std::string origin;      // empty: not given
  bool malformed = false;  // an origin was sent that cannot be one
  TraceContext trace;
};

RequestMetadata read_metadata(const h2::Metadata& metadata);

}  // namespace bsn
