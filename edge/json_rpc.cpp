#include "edge/json_rpc.h"

#include <memory>
#include <utility>

namespace bsn::edge {
namespace {

namespace json = boost::json;

constexpr std::size_t most_requests = 100;

const RpcError no_request{-32600, "this is no request of JSON-RPC 2.0"};

json::object answer_to(const json::value& id, RpcResult result) {
  json::object answer = {{"jsonrpc", "2.0"}, {"id", id}};
  if (auto* error = std::get_if<RpcError>(&result)) {
    answer["error"] = json::object{{"code", error->code}, {"message", error->message}};
  } else {
    answer["result"] = std::move(std::get<json::value>(result));
  }
  return answer;
}

// Carries out one request and hands its answer on; null for a notification.
void serve_one(const json::value& request, const RpcHandler& handler,
               const std::function<void(json::value, const RpcError*)>& done) {
  const auto refuse = [&](const json::value& id) { done(answer_to(id, no_request), &no_request); };
  const json::object* object = request.if_object();
  if (!object) return refuse(nullptr);
  const json::value* id = object->if_contains("id");
  const json::value* method = object->if_contains("method");
  const json::value* params = object->if_contains("params");
  const bool good_id = !id || id->is_string() || id->is_number() || id->is_null();
  if (!good_id || !method || !method->is_string()) return refuse(nullptr);
  if (params && !params->is_array()) {
    const RpcError by_name{-32602, "parameters stand in an array here"};
    return done(id ? json::value(answer_to(*id, by_name)) : nullptr, &by_name);
  }
  handler(std::string(method->as_string()), params ? params->as_array() : json::array(),
          [id = id ? std::optional<json::value>(*id) : std::nullopt, done](RpcResult result) {
            const auto* error = std::get_if<RpcError>(&result);
            const RpcError kept = error ? *error : RpcError();
            done(id ? json::value(answer_to(*id, std::move(result))) : nullptr, error ? &kept : nullptr);
          });
}

// The answers to a batch, until all are there.
struct Batch {
  json::array answers;
  std::size_t missing = 0;
  std::function<void(RpcAnswer)> done;

  void take(std::size_t place, json::value answer) {
    answers[place] = std::move(answer);
    if (--missing > 0) return;
    json::array said;
    for (json::value& each : answers) {
      if (!each.is_null()) said.push_back(std::move(each));
    }
    done({said.empty() ? "" : json::serialize(said)});
  }
};

}  // namespace

std::string rpc_error(const RpcError& error) { return json::serialize(answer_to(nullptr, error)); }

void serve_json_rpc(std::string_view body, const RpcHandler& handler, std::function<void(RpcAnswer)> done) {
  boost::system::error_code wrong;
  const json::value request = json::parse({body.data(), body.size()}, wrong);
  if (wrong) return done({rpc_error({-32700, "this is not JSON: " + wrong.message()}), 400});
  const json::array* many = request.if_array();
  if (!many) {
    return serve_one(request, handler, [done = std::move(done)](const json::value& answer, const RpcError* error) {
      done({answer.is_null() ? "" : json::serialize(answer), error ? error->status : 200,
            error ? error->retry_after : Duration{}});
    });
  }
  if (many->empty() || many->size() > most_requests) {
    return done({rpc_error({-32600, "a batch has 1 to 100 requests"}), 400});
  }
  const auto batch = std::make_shared<Batch>();
  batch->answers.resize(many->size());
  batch->missing = many->size();
  batch->done = std::move(done);
  for (std::size_t i = 0; i < many->size(); ++i) {
    serve_one((*many)[i], handler,
              [batch, i](json::value answer, const RpcError*) { batch->take(i, std::move(answer)); });
  }
}

}  // namespace bsn::edge
