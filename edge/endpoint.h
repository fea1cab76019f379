// The gateway's API over plain HTTP as one table: which request becomes which call of gRPC. The server routes by it and
// /openapi.json is made from it.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "edge/http.h"

namespace bsn::edge {

struct Endpoint {
  http::verb verb;
  // Segments in braces are fields of the request: "/v1/chains/{chain.network}/{chain.chain}/route". With GET the other
  // fields are query parameters, with POST the body holds all of them.
  std::string_view path;
  std::string_view rpc;  // "/bsn.v1.Gateway/Query"
  std::string_view summary;
  const google::protobuf::Message& (*request)();
  const google::protobuf::Message& (*response)();
  bool streams = false;  // answers are lines of JSON; the query parameter `limit` ends them after so many
  bool keyed = true;     // needs an access key
};

std::span<const Endpoint> endpoints();

// A request that matches an endpoint: its message filled in.
struct Matched {
  const Endpoint* endpoint = nullptr;
  std::unique_ptr<google::protobuf::Message> message;
  std::uint64_t limit = 0;  // of lines; 0: none
};

// Nothing: no endpoint has this path. Error (not_found): it does not know the method; (corrupt): a parameter or the
// body is wrong, and how.
std::optional<Result<Matched>> match(const HttpRequest& request);

}  // namespace bsn::edge
