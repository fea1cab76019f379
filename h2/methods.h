// What a server serves: methods by path, and who handles their calls.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace bsn::h2 {

class Call;

// Hears what happens to calls. One object may handle many. Everything is called on the loop of the call's connection.
class CallHandler {
 public:
  virtual ~CallHandler() = default;

  // The next message of a streaming client; may be moved from.
  virtual void on_message(Call&, std::string& /*message*/) {}

  // A streaming client has said all.
  virtual void on_half_close(Call&) {}

  // What was sent has left, as far as the client reads: room for more (see Call::unsent).
  virtual void on_sent(Call&) {}

  // Nobody waits any more: the client or its connection is gone, or the deadline has long passed. Not called after
  // Call::finish. Nothing more is heard of this call.
  virtual void on_cancel(Call&) = 0;
};

// A method with one request message: called when the client has sent exactly that and closed its side, never for less
// or more. The message may be moved from. nullptr: the call has been finished already.
using UnaryStart = std::function<std::shared_ptr<CallHandler>(Call&, std::string& message)>;

// A method with a stream of request messages: called when its headers are there. nullptr: the call is finished already.
using StreamStart = std::function<std::shared_ptr<CallHandler>(Call&)>;

using Method = std::variant<UnaryStart, StreamStart>;

class Methods {
 public:
  // `path`: "/package.Service/Method".
  void add(std::string path, Method method) { by_path_[std::move(path)] = std::move(method); }

  // nullptr: there is none.
  const Method* find(std::string_view path) const {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, Method, std::less<>> by_path_;
};

}  // namespace bsn::h2
