// Answers of the gateway machine on their way to a loop of the HTTP/2 server: gathered for a turn, handed over at once;
// to the loop that runs the machine without a detour.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/serve/reply_sink.h"
#include "h2/loop.h"

namespace bsn {

class LoopSink : public ReplySink, public std::enable_shared_from_this<LoopSink> {
 public:
  struct Answer {
    std::uint64_t client_id = 0;
    Reply reply;
  };

  explicit LoopSink(h2::Loop& loop) : loop_(loop) {}

  // ---- on the machine's thread ----
  void deliver(std::uint64_t client_id, Reply&& reply) final { gathered_.push_back({client_id, std::move(reply)}); }
  void flush() final;

 protected:
  // On the thread of the HTTP/2 loop.
  virtual void answered(std::vector<Answer>& answers) = 0;

 private:
  h2::Loop& loop_;
  std::vector<Answer> gathered_;  // bounded by the open calls of the machine
};

}  // namespace bsn
