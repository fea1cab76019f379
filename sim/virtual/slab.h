// A pool of values that are on their way: put one in, carry its number through the event queue, take it out again.
//
// So that events stay small. Memory: as many slots as ever were in use at once; slots are recycled. One thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace bsn {

template <class T>
class Slab {
 public:
  std::uint32_t put(T value) {
    if (free_.empty()) {
      slots_.push_back(std::move(value));
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = std::move(value);
    return slot;
  }

  // Each number once.
  T take(std::uint32_t slot) {
    free_.push_back(slot);
    return std::move(slots_[slot]);
  }

  // What is there, of a number that was not taken.
  const T& operator[](std::uint32_t slot) const { return slots_[slot]; }

  std::size_t in_use() const { return slots_.size() - free_.size(); }

 private:
  std::vector<T> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace bsn
