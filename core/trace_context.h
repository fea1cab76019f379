// The trace that a call belongs to, as its caller says it: W3C Trace Context, level 1 (www.w3.org/TR/trace-context-1).
//
// The header `traceparent` is VERSION-TRACE-SPAN-FLAGS in lower-case hex: 2, 32, 16 and 2 digits. Who passes a call on
// keeps the trace and the flag and puts its own span in. What is not as W3C has it is nobody's trace: it is ignored.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bsn {

struct TraceContext {
  std::array<std::uint8_t, 16> trace{};  // all zero: the call belongs to no trace
  std::uint64_t span = 0;                // of whoever sent the call; not zero where there is a trace
  bool sampled = false;                  // the caller records this trace

  bool there() const { return trace != decltype(trace){}; }
  bool operator==(const TraceContext&) const = default;
};

// The value of the header `traceparent`; without a trace when it is none. A version above 00 may say more behind the
// four fields; that is not looked at. Cost: O(1).
TraceContext parse_traceparent(std::string_view value);

// As version 00. Precondition: there().
std::string to_traceparent(const TraceContext& context);

}  // namespace bsn
