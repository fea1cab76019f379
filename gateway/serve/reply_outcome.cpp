#include "gateway/serve/reply_outcome.h"

#include <utility>

#include "h2/loop.h"
#include "rpc/refusal.h"

namespace bsn {

h2::Outcome outcome_of(const Reply& reply) {
  h2::Outcome outcome;
  if (reply.status == Status::ok) return outcome;
  RefusalOnTheWire wire = on_the_wire(reply);
  outcome.code = static_cast<int>(reply.status);
  outcome.message = std::move(wire.message);
  outcome.details = std::move(wire.details);
  outcome.trailers.emplace_back(reason_trailer, std::move(wire.reason));
  return outcome;
}

void dress_refusal(h2::Outcome& outcome) {
  const auto status = static_cast<Status>(outcome.code);
  if (!certainly_no_effect(status)) return;
  Reason reason = Reason::none;
  if (status == Status::invalid_argument) reason = Reason::malformed;
  if (status == Status::resource_exhausted) reason = Reason::gateway_full;
  h2::Outcome dressed = outcome_of(refusal(status, reason, outcome.message));
  dressed.trailers.insert(dressed.trailers.end(), outcome.trailers.begin(), outcome.trailers.end());
  outcome = std::move(dressed);
}

void answer(h2::Call& call, const google::protobuf::MessageLite& message) {
  call.send(message.SerializeAsString());
  call.finish({});
}

void answer_later(const std::shared_ptr<h2::Call>& call, const google::protobuf::MessageLite& message) {
  call->loop().post([call, bytes = message.SerializeAsString()] {
    call->send(bytes);
    call->finish({});
  });
}

void finish_later(const std::shared_ptr<h2::Call>& call, h2::Outcome outcome) {
  call->loop().post([call, outcome = std::move(outcome)] { call->finish(outcome); });
}

}  // namespace bsn
