// gzip with a bound on what comes out: a bomb costs its bound and no more.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bsn::h2 {

enum class GunzipError { malformed, too_large };

struct Gunzipped {
  std::string bytes;  // empty on error
  std::optional<GunzipError> error;
};

// Inflates exactly one gzip member (RFC 1952). More than `most` bytes: too_large, found out without making them.
Gunzipped gunzip(std::string_view compressed, std::size_t most);

}  // namespace bsn::h2
