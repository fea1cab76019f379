#include "rpc/reply_outcome.h"

#include <utility>

#include "h2/loop.h"
#include "proto/codec.h"

namespace bsn {
namespace {

constexpr std::size_t most_text = 1024;

}  // namespace

RefusalOnTheWire on_the_wire(const Reply& reply) {
  Reply sent = reply;
  if (sent.message.size() > most_text) sent.message.resize(most_text);
  if (sent.value.size() > most_text) sent.value.resize(most_text);
  return {sent.message, encode(sent).SerializeAsString(), std::string(to_string(sent.reason))};
}

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

void dress_refusal(h2::Outcome& outcome, Reason when_full) {
  const auto status = static_cast<Status>(outcome.code);
  if (!certainly_no_effect(status)) return;
  Reason reason = Reason::none;
  if (status == Status::invalid_argument) reason = Reason::malformed;
  if (status == Status::resource_exhausted) reason = when_full;
  h2::Outcome dressed = outcome_of(refusal(status, reason, outcome.message));
  dressed.trailers.insert(dressed.trailers.end(), outcome.trailers.begin(), outcome.trailers.end());
  outcome = std::move(dressed);
}

void answer(h2::Call& call, const google::protobuf::MessageLite& message) {
  static thread_local std::string bytes;  // its memory is used again
  message.SerializeToString(&bytes);
  call.send(bytes);
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
