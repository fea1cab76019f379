// A request over HTTP/2 that is no call of gRPC, for whoever serves plain HTTP on the same connections: what it is
// beside path and metadata, and how its answer begins. What follows is as with every call: send() adds to the body,
// finish() ends the answer, whatever the outcome says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "h2/call.h"

namespace bsn::h2 {

class PlainCall : public Call {
 public:
  using Call::Call;

  // Names in lower case, none of a connection's own.
  using Headers = std::vector<std::pair<std::string, std::string>>;

  virtual const std::string& verb() const = 0;          // "GET"
  virtual const std::string& content_type() const = 0;  // empty: not given

  // Before the first send() or finish(); else 500 is what the client hears.
  virtual void begin(int status, Headers headers) = 0;
};

// Called when the request is whole. The body may be moved from. nullptr: the call has been finished already. The
// handler hears of the answer's way as with a unary method.
using PlainStart = std::function<std::shared_ptr<CallHandler>(PlainCall&, std::string& body)>;

}  // namespace bsn::h2
