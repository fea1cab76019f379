// A vector whose copies share their elements until one of them writes.
//
// Elements lie in chunks; a copy costs one pointer a chunk, and the first write to a shared chunk copies that chunk. So
// that the many peers of one process that start from the same genesis neither compute nor hold it many times, and so
// that growing never moves what is there. Reading costs one step more than a std::vector.
// Copies that are used on different threads must not share: make them there.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace bsn {

template <class T, std::size_t chunk_size = 64>
class SharedVector {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  const T& operator[](std::size_t index) const { return (*chunks_[index / chunk_size])[index % chunk_size]; }

  // For writing. Valid until the next edit through any copy, or until this one is copied.
  T& edit(std::size_t index) {
    std::shared_ptr<Chunk>& chunk = chunks_[index / chunk_size];
    if (chunk.use_count() > 1) chunk = std::make_shared<Chunk>(*chunk);
    return (*chunk)[index % chunk_size];
  }

  // Appends a default element; returns its index.
  std::size_t grow() {
    if (size_ % chunk_size == 0) chunks_.push_back(std::make_shared<Chunk>());
    return size_++;
  }

 private:
  using Chunk = std::array<T, chunk_size>;

  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace bsn
