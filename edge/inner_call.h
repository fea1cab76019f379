// Calls of the gateway's methods from within the process: as if the caller had made them, with the caller's key.
//
// Threads: the loop's.
#pragma once

#include <google/protobuf/message_lite.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "edge/caller.h"
#include "edge/carried_call.h"

namespace bsn::edge {

class InnerCall final : public CarriedCall {
 public:
  using OnMessage = std::function<void(std::string_view message)>;
  using OnEnd = std::function<void(const h2::Outcome& outcome)>;

  // A timeout of 0: none. Neither function is called after cancel().
  static std::shared_ptr<InnerCall> start(h2::Loop& loop, const h2::Methods& methods, const std::string& path,
                                          const google::protobuf::MessageLite& request, const Caller& caller,
                                          std::chrono::nanoseconds timeout, OnMessage on_message, OnEnd on_end);

  InnerCall(h2::Loop& loop, Head head, OnMessage on_message, OnEnd on_end)
      : CarriedCall(loop, std::move(head)), on_message_(std::move(on_message)), on_end_(std::move(on_end)) {}

  std::size_t unsent() const override { return 0; }

 private:
  void carry(std::string_view message) override;
  void carry_end(const h2::Outcome& outcome) override;

  const OnMessage on_message_;
  const OnEnd on_end_;
};

}  // namespace bsn::edge
