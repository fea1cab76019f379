#include "tests/virtual/counted_new.h"

#include <cstdlib>
#include <new>

namespace {
std::uint64_t allocations = 0;
}

void* operator new(std::size_t bytes) {
  ++allocations;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace bsn {

std::uint64_t heap_allocations() { return allocations; }

}  // namespace bsn
