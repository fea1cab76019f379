#include "edge/inner_call.h"

#include <utility>

#include "h2/loop.h"

namespace bsn::edge {

std::shared_ptr<InnerCall> InnerCall::start(h2::Loop& loop, const h2::Methods& methods, const std::string& path,
                                            const google::protobuf::MessageLite& request, const Caller& caller,
                                            std::chrono::nanoseconds timeout, OnMessage on_message, OnEnd on_end) {
  Head head{caller.metadata(), {}, caller.peer, caller.vouched};
  if (timeout.count() > 0) head.timeout = timeout;
  const auto call = std::make_shared<InnerCall>(loop, std::move(head), std::move(on_message), std::move(on_end));
  call->CarriedCall::start(methods, path, request.SerializeAsString());
  return call;
}

// The handler hears later that its message has left: it may be in the midst of its own work now.
void InnerCall::carry(std::string_view message) {
  on_message_(message);
  loop().post([self = std::static_pointer_cast<InnerCall>(shared_from_this())] { self->sent(); });
}

void InnerCall::carry_end(const h2::Outcome& outcome) { on_end_(outcome); }

}  // namespace bsn::edge
