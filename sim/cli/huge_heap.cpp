#include "sim/cli/huge_heap.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace bsn {

void use_huge_heap() {
  constexpr std::size_t bytes = std::size_t{256} << 20;
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
  mallopt(M_MMAP_MAX, 0);              // the block below comes from the heap itself ...
  mallopt(M_TRIM_THRESHOLD, 1 << 30);  // ... and stays there when it is freed
  void* block = std::malloc(bytes);
  if (block == nullptr) return;
  const auto begin = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / page * page;
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  std::free(block);
}

}  // namespace bsn
