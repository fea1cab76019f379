// One gateway as the load client sees it: a stream that carries calls in batches, and is opened again when it broke.
//
// Threads: the loop's only. Bounds: calls that wait for the socket are bounded by who adds them.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "h2/client_stream.h"
#include "proto/gateway.pb.h"

namespace bsn {

class LoadLink {
 public:
  struct Listener {
    std::function<void(const std::string& bytes)> on_message;  // a serialized v1.ClientReplies
    std::function<void()> on_lost;                             // nothing that was sent is answered any more
  };

  // Opens the stream. `target`: of the method v1.Gateway.Stream.
  LoadLink(h2::Loop& loop, h2::ClientStream::Target target, Listener listener);
  ~LoadLink() { close(); }
  LoadLink(const LoadLink&) = delete;
  LoadLink& operator=(const LoadLink&) = delete;

  // Whether calls should go here: one that was never lost waits for its connection with the first calls, one that was
  // lost counts again once it is connected.
  bool up() const { return stream_ && (why_lost_.empty() || stream_->is_connected()); }

  // Why it was lost for the last time; empty: it never was.
  const std::string& why_lost() const { return why_lost_; }

  // A call of the next message, to be filled in. Precondition: up().
  v1::ClientCall& add();

  // Sends what was added: at the end of a turn, so that what became due during it goes out in one write.
  void flush();

  // Nothing is told any more.
  void close();

 private:
  void open();
  void lost(const std::string& why);
  void send();

  h2::Loop& loop_;
  const h2::ClientStream::Target target_;
  const Listener listener_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<h2::ClientStream> stream_;  // nullptr: lost, or closed
  v1::ClientCalls outgoing_;
  std::string bytes_;
  std::string why_lost_;
};

}  // namespace bsn
