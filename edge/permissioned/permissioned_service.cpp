#include "edge/permissioned/permissioned_service.h"

#include <algorithm>
#include <utility>

#include "edge/json_error.h"
#include "edge/permissioned/envelope.h"
#include "edge/request_head.h"
#include "edge/url.h"
#include "h2/wire_text.h"
#include "rpc/reply_outcome.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;

constexpr int public_key_upload = 2;  // caType: the owner of a key has made it

// A request that is being answered.
class Serving final : public Exchange::Listener, public std::enable_shared_from_this<Serving> {
 public:
  Serving(std::shared_ptr<Exchange> exchange, Envelope envelope, ChainAccess chain)
      : exchange_(std::move(exchange)), envelope_(std::move(envelope)), chain_(std::move(chain)) {}

  void start(const PermissionedCall& call, const std::string& once) {
    const PermissionedRequestPtr request(shared_from_this(),
                                         &request_.emplace(PermissionedRequest{chain_, envelope_.body, once}));
    call.serve(request, [self = shared_from_this()](const h2::Outcome& outcome, json::value body) {
      self->exchange_->respond(outcome.code == 0 ? permissioned_answer(std::move(body))
                                                 : permissioned_refusal(outcome));
    });
  }

  void on_gone() override { chain_.cancel(); }

 private:
  const std::shared_ptr<Exchange> exchange_;
  const Envelope envelope_;
  ChainAccess chain_;
  std::optional<PermissionedRequest> request_;
};

// The same for unknown, wrong and revoked keys.
h2::Outcome not_known() {
  return outcome_of(refusal(Status::unauthenticated, Reason::unknown_key,
                            "the mac is missing, or not made by a key of the project that userCode names"));
}

struct Verified {
  MacKey key;
  Digest once;
};
std::optional<Verified> verify(const GatewayDoor& door, const Envelope& envelope, std::span<const BodyField> fields) {
  const auto signature = h2::base64_decode(envelope.mac);
  if (!signature || signature->empty()) return std::nullopt;
  const std::string text = signed_text(envelope, fields);
  for (const MacKey& key : door.mac_keys(envelope.user)) {
    if (const auto once = verify_mac(key, text, *signature)) return Verified{key, *once};
  }
  return std::nullopt;
}

int algorithm_of(KeyKind kind) { return kind == KeyKind::sm2 ? 1 : (kind == KeyKind::secp256r1 ? 2 : 3); }

}  // namespace

bool PermissionedService::serve(const std::shared_ptr<Exchange>& exchange) {
  const auto url = parse_url(target(exchange->request()));
  if (!url || url->segments.size() < 3 || url->segments[0] != "api") return false;
  const bool info = url->segments.size() == 3 && url->segments[1] == "app" && url->segments[2] == "getAppInfo";
  const auto all = frameworks();
  const auto framework = std::find_if(all.begin(), all.end(), [&](const Framework* each) {
    return url->segments.size() == 5 && url->segments[1] == each->segment && url->segments[2] == "v1";
  });
  if (!info && framework == all.end()) return false;
  if (exchange->request().method() != http::verb::post) {
    HttpResponse refused = permissioned_refusal(malformed("this is called by POST"));
    refused.result(http::status::method_not_allowed);
    exchange->respond(std::move(refused));
  } else if (info) {
    app_info(exchange);
  } else {
    const std::string path = url->segments[3] + "/" + url->segments[4];
    const auto& calls = (*framework)->calls;
    const auto call = std::find_if(calls.begin(), calls.end(), [&](const auto& each) { return each.path == path; });
    if (call != calls.end()) {
      serve(exchange, **framework, *call);
    } else {
      exchange->respond(permissioned_refusal({h2::Code::unimplemented, path.substr(0, 128) + " is not offered"}));
    }
  }
  return true;
}

void PermissionedService::serve(const std::shared_ptr<Exchange>& exchange, const Framework& framework,
                                const PermissionedCall& call) const {
  const auto refuse = [&](const h2::Outcome& outcome) { exchange->respond(permissioned_refusal(outcome)); };
  const auto head = head_of(*exchange);
  if (!head) return refuse(malformed(head.error().message));
  Result<Envelope> envelope = read_envelope(exchange->request().body());
  if (!envelope) return refuse(malformed(envelope.error().message));
  if (const auto wrong = check_body(envelope->body, call.fields)) return refuse(malformed(*wrong));
  const auto verified = verify(door_, *envelope, call.fields);
  if (!verified) return refuse(not_known());
  Caller caller;
  caller.origin = header(exchange->request(), "x-bsn-origin");
  caller.peer = exchange->peer();
  caller.traceparent = header(exchange->request(), "traceparent");
  caller.vouched = vouch(verified->key);
  const ChainName chain{std::string(framework.network), envelope->app};
  const auto timeout = head->timeout.value_or(std::chrono::nanoseconds(0));
  const auto serving = std::make_shared<Serving>(exchange, std::move(*envelope),
                                                 ChainAccess(exchange->loop(), methods_, caller, chain, timeout));
  exchange->listen(serving);
  serving->start(call, to_hex(verified->once));
}

// Which framework a service has, only the topology knows: it is the one that has a chain of this name.
void PermissionedService::app_info(const std::shared_ptr<Exchange>& exchange) const {
  const Result<Envelope> envelope = read_envelope(exchange->request().body());
  if (!envelope) return exchange->respond(permissioned_refusal(malformed(envelope.error().message)));
  const auto keys = door_.mac_keys(envelope->user);
  for (const Framework* framework : frameworks()) {
    const ChainName chain{std::string(framework->network), envelope->app};
    if (keys.empty() || !door_.offers(chain)) continue;
    return exchange->respond(permissioned_answer(json::object{{"appName", envelope->app},
                                                              {"appType", framework->app_type},
                                                              {"caType", public_key_upload},
                                                              {"algorithmType", algorithm_of(keys.front().kind)},
                                                              {"mspId", ""},
                                                              {"channelId", envelope->app},
                                                              {"version", "1"}}));
  }
  exchange->respond(permissioned_refusal(
      {h2::Code::permission_denied, "there is no such service for a project with a key to sign with"}));
}

}  // namespace bsn::edge
