// What a server process was commissioned to be, kept in its data folder as the message that said it. Spec is NodeSpec
// or GatewaySpec: whatever the codec turns into a message and back.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/result.h"
#include "proto/codec.h"
#include "rpc/data_dir.h"

namespace bsn {

inline constexpr const char* commission_file = "commission";

// nullopt: none stored yet. Error (corrupt, io) names the file.
template <class Spec>
Result<std::optional<Spec>> read_commission(const DataDir& folder) {
  const Result<std::optional<std::string>> bytes = folder.read(commission_file);
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<Spec>();
  const std::string path = folder.path_of(commission_file);
  decltype(encode(std::declval<const Spec&>())) message;
  if (!message.ParseFromString(**bytes)) return Error{ErrorCode::corrupt, path + " is no commission"};
  Result<Spec> spec = decode(message);
  if (!spec) return Error{ErrorCode::corrupt, path + ": " + spec.error().message};
  return std::optional<Spec>(std::move(*spec));
}

// Durable when it returns, and whole or absent after a crash at any point.
template <class Spec>
Result<Done> write_commission(const DataDir& folder, const Spec& spec) {
  return folder.write(commission_file, encode(spec).SerializeAsString());
}

}  // namespace bsn
