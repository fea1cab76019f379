// JSON-RPC 2.0 (jsonrpc.org/specification): requests and batches in, answers out. For the dialects that speak it.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "core/time.h"

namespace bsn::edge {

struct RpcError {
  int code = 0;
  std::string message;
  // How the same is said by HTTP, when it was the only request.
  unsigned status = 200;
  Duration retry_after{};
};

using RpcResult = std::variant<boost::json::value, RpcError>;
using RpcDone = std::function<void(RpcResult)>;

// Carries out one request; calls `done` once, now or later.
using RpcHandler = std::function<void(const std::string& method, const boost::json::array& params, RpcDone done)>;

struct RpcAnswer {
  std::string body;  // empty: nothing but notifications
  unsigned status = 200;
  Duration retry_after{};
};

// Answers what stands in `body`; a batch has at most 100 requests, and its answers stand in their order. `done` is
// called once.
void serve_json_rpc(std::string_view body, const RpcHandler& handler, std::function<void(RpcAnswer)> done);

// An answer to nothing in particular.
std::string rpc_error(const RpcError& error);

}  // namespace bsn::edge
