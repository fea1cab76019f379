// Who makes a request, and what the request may cost: what the edge needs to call the gateway's methods for it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "core/mac_signature.h"
#include "h2/metadata.h"

namespace bsn::edge {

struct Caller {
  std::string access_key;
  std::string origin;         // city; empty: the gateway's home
  std::string peer;           // its address
  std::string vouched{};      // instead of an access key: whose signature was verified, by vouch()
  std::string traceparent{};  // as it was sent

  h2::Metadata metadata() const {
    h2::Metadata made;
    if (!access_key.empty()) made.add("x-api-key", access_key);
    if (!origin.empty()) made.add("x-bsn-origin", origin);
    if (!traceparent.empty()) made.add("traceparent", traceparent);
    return made;
  }
};

// What the edge tells the gateway's methods of a caller whose signature it has verified: h2::Call::vouched.
inline std::string vouch(const MacKey& key) { return std::string(1, static_cast<char>(key.kind)).append(key.x.view()); }

// nullopt: nobody vouched.
inline std::optional<MacKey> vouched_signer(std::string_view vouched) {
  MacKey key;
  if (vouched.size() != 1 + key.x.bytes.size()) return std::nullopt;
  key.kind = static_cast<KeyKind>(vouched.front());
  std::copy(vouched.begin() + 1, vouched.end(), key.x.bytes.begin());
  return key;
}

}  // namespace bsn::edge
