// Asks the processor for memory that will be read soon, without waiting for it.
//
// Where there is more than fits into the caches, most of the time of a step from pointer to pointer is waiting. Who
// knows several such ways in advance asks for a step of each in turn: then they wait together. Harmless for any
// address, and of no effect on any result.
#pragma once

#include <cstddef>

namespace bsn {

inline void prefetch(const void* begin, std::size_t bytes) {
  constexpr std::size_t line = 64;  // bytes, of a cache
  for (std::size_t at = 0; at < bytes; at += line) __builtin_prefetch(static_cast<const char*>(begin) + at);
}

template <class T>
void prefetch(const T& object) {
  prefetch(&object, sizeof object);
}

}  // namespace bsn
