// Items on their way into messages of bounded size: as many as gathered go into one message, but at most 1,024 items
// or, from two items on, 2 MiB, so that every message stays below the 4 MiB that gRPC accepts by default.
//
// What is in a message stands on an arena of its own: it goes as it came, in few pieces.
#pragma once

#include <google/protobuf/arena.h>

#include <cstddef>
#include <deque>

namespace bsn {

// `Message` is a protobuf message with a repeated field. Not for several threads.
template <class Message>
class GatheredMessages {
 public:
  static constexpr std::size_t most_items = 1024;
  static constexpr std::size_t most_bytes = 2 * 1024 * 1024;

  bool empty() const { return chunks_.empty(); }

  // The message into which the next item of about `bytes` goes.
  Message& room_for(std::size_t bytes) {
    if (chunks_.empty() || !fits(chunks_.back(), 1, bytes)) chunks_.emplace_back();
    ++chunks_.back().items;
    chunks_.back().bytes += bytes;
    return *chunks_.back().message;
  }

  // The oldest message, until it is popped. Precondition of both: not empty().
  const Message& front() const { return *chunks_.front().message; }
  void pop() { chunks_.pop_front(); }

  void clear() { chunks_.clear(); }

 private:
  struct Chunk {
    google::protobuf::Arena arena;
    Message* message = google::protobuf::Arena::CreateMessage<Message>(&arena);
    std::size_t items = 0;
    std::size_t bytes = 0;
  };

  static bool fits(const Chunk& chunk, std::size_t items, std::size_t bytes) {
    return chunk.items + items <= most_items && chunk.bytes + bytes <= most_bytes;
  }

  std::deque<Chunk> chunks_;
};

}  // namespace bsn
