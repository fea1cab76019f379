// Records on disk that prove themselves: a value is stored as 8 bytes of SHA-256 over key and payload, then the
// payload. A flipped bit, or a record in another one's place, is found when it is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bsn {

// The payload with its checksum before it, and back; nullopt: it does not verify under this key.
std::string seal_record(std::string_view key, std::string_view payload);
std::optional<std::string_view> open_record(std::string_view key, std::string_view value);

}  // namespace bsn
