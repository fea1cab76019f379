#include "disk/sealed_record.h"

#include "core/digest.h"

namespace bsn {
namespace {

constexpr std::size_t checksum_bytes = 8;

std::string checksum(std::string_view key, std::string_view payload) {
  RunningDigest digest;
  digest.update(key);
  digest.update(payload);
  return std::string(digest.value().view().substr(0, checksum_bytes));
}

}  // namespace

std::string seal_record(std::string_view key, std::string_view payload) {
  return checksum(key, payload).append(payload);
}

std::optional<std::string_view> open_record(std::string_view key, std::string_view value) {
  if (value.size() < checksum_bytes) return std::nullopt;
  const std::string_view payload = value.substr(checksum_bytes);
  if (value.substr(0, checksum_bytes) != checksum(key, payload)) return std::nullopt;
  return payload;
}

}  // namespace bsn
