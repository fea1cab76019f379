// The texts in gRPC's headers and trailers, as its protocol writes them
// (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bsn::h2 {

// grpc-message: every byte outside of printable ASCII, and '%', as %XX.
std::string percent_encode(std::string_view text);
std::string percent_decode(std::string_view text);  // what is no %XX stays as it is

// Metadata whose name ends in -bin: base64 without padding.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // padded or not; nullopt: not base64

// grpc-timeout: 1 ... 8 digits and a unit of H, M, S, m, u, n. Cut at 1,000 hours; nullopt: malformed.
std::optional<std::chrono::nanoseconds> parse_timeout(std::string_view text);

// The shortest such text that is not less than `timeout`, which is not negative.
std::string format_timeout(std::chrono::nanoseconds timeout);

}  // namespace bsn::h2
