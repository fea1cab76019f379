// A call as it came over the wire, decoded as far as possible.
//
// What cannot be decoded is still shown to the machine, as a call that names its chain and nothing else: so key, grant
// and quota are judged before the shape, as for every call, and validate() refuses it. `wrong` then says what really
// was wrong.
#pragma once

#include <string>

#include "core/call.h"
#include "proto/gateway.pb.h"

namespace bsn {

struct ReceivedCall {
  Call call;
  std::string wrong;  // empty: it was decoded
};

// A call that is refused for `wrong`, after key, grant and quota.
ReceivedCall without_shape(ChainName chain, std::string wrong);

ReceivedCall receive(const v1::SubmitRequest& message);
ReceivedCall receive(const v1::QueryRequest& message);
ReceivedCall receive(const v1::Call& message);

}  // namespace bsn
