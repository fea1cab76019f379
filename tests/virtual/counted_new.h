// Counts what the whole test program takes from the heap, so that a test can say that a stretch of code takes nothing.
#pragma once

#include <cstdint>

namespace bsn {

std::uint64_t heap_allocations();

}  // namespace bsn
