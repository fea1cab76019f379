// A message that is needed for a moment only, such as a request while it is read: its parts stand in one block on the
// stack, and beyond that in few pieces, instead of in one allocation for each field.
#pragma once

#include <google/protobuf/arena.h>

#include <array>
#include <cstddef>

namespace bsn {

template <class Message>
class ShortMessage {
 public:
  ShortMessage() : arena_(block_.data(), block_.size()) {}
  ShortMessage(const ShortMessage&) = delete;
  ShortMessage& operator=(const ShortMessage&) = delete;

  Message& operator*() { return *message_; }
  Message* operator->() { return message_; }

 private:
  alignas(std::max_align_t) std::array<char, 2048> block_;  // a call, or its reply, and the arena's own needs
  google::protobuf::Arena arena_;
  Message* message_ = google::protobuf::Arena::CreateMessage<Message>(&arena_);
};

}  // namespace bsn
