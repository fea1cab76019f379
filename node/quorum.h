// How many validators are enough: the arithmetic that every consensus family rests on.
#pragma once

#include <cstdint>

namespace bsn {

// Crash faults that m validators tolerate, (m-1)/2, and how many make a majority. m >= 1.
constexpr std::uint32_t crash_fault_bound(std::uint32_t m) { return (m - 1) / 2; }
constexpr std::uint32_t majority(std::uint32_t m) { return m / 2 + 1; }

// Arbitrary faults that m validators tolerate, (m-1)/3 (Lamport, Shostak, Pease 1982), and how many votes make a
// quorum: more than two thirds, so that any two quorums share a correct validator. m >= 1.
constexpr std::uint32_t byzantine_fault_bound(std::uint32_t m) { return (m - 1) / 3; }
constexpr std::uint32_t byzantine_quorum(std::uint32_t m) { return 2 * m / 3 + 1; }

}  // namespace bsn
