// How a Reply travels over gRPC, on the HTTP/2 of our own servers.
//
// OK: as the response message. Refused: the gRPC status is the reply's status, its message is for people, its details
// carry the serialized v1.Reply, and the trailer `bsn-reason` names the reason for programs that know no protobuf.
#pragma once

#include <google/protobuf/message_lite.h>

#include <memory>
#include <string>
#include <type_traits>

#include "core/call.h"
#include "h2/call.h"
#include "rpc/short_message.h"

namespace bsn {

// The parts of a refusal as they are sent. Long texts are cut: gRPC sends them as trailers, and clients refuse more
// than 8 KiB of those.
struct RefusalOnTheWire {
  std::string message;
  std::string details;  // the serialized v1.Reply
  std::string reason;
};
inline constexpr const char* reason_trailer = "bsn-reason";
RefusalOnTheWire on_the_wire(const Reply& reply);

// The end of a call that has this reply.
h2::Outcome outcome_of(const Reply& reply);

// Adds reason and details to an outcome that the HTTP/2 server made by itself, for a call that had no effect.
// `when_full`: the server's reason for RESOURCE_EXHAUSTED.
void dress_refusal(h2::Outcome& outcome, Reason when_full);

// Sends the message and ends the call with OK.
void answer(h2::Call& call, const google::protobuf::MessageLite& message);

// From any thread.
void answer_later(const std::shared_ptr<h2::Call>& call, const google::protobuf::MessageLite& message);
void finish_later(const std::shared_ptr<h2::Call>& call, h2::Outcome outcome);

// A method with one request of type `Request`: calls function(call, request), or function(call, request, bytes) with
// the message as sent, which answers now or keeps the call and gives whoever is to hear of its end.
template <class Request, class Function>
h2::Method unary_method(Function function) {
  return h2::UnaryStart([function](h2::Call& call, std::string& bytes) -> std::shared_ptr<h2::CallHandler> {
    ShortMessage<Request> request;
    if (request->ParseFromString(bytes)) {
      if constexpr (std::is_invocable_v<Function, h2::Call&, Request&, std::string&>) {
        return function(call, *request, bytes);
      } else {
        return function(call, *request);
      }
    }
    call.finish(outcome_of(refusal(Status::invalid_argument, Reason::malformed, "the request can't be decoded")));
    return nullptr;
  });
}

}  // namespace bsn
