// Signatures of BSN's permissioned shape, by OpenSSL: ECDSA over SHA-256 with secp256r1 or secp256k1, SM2 over SM3
// (GM/T 0003 with the usual id "1234567812345678", over the text's SM3 digest), all in DER.
//
// Any thread. A verification costs some 100 us (two where the point is the other one of its x).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/account.h"
#include "core/result.h"

namespace bsn {

// A public key as accounts keep it: AccessKey::verifier.
struct MacKey {
  KeyKind kind = KeyKind::secp256r1;  // neither api nor ed25519
  Digest x;
  bool operator==(const MacKey&) const = default;
};

// Of a PEM text with a public key ("BEGIN PUBLIC KEY"). Error (invalid_configuration): it has none, or of another
// curve.
Result<MacKey> mac_key_of_pem(const std::string& pem);

// What is the same in every signature of the same text that a stranger can make of one that it has seen; nullopt: the
// signature is not of this key and text, or not strict DER. (ECDSA's s can be negated by anybody, r by nobody.)
std::optional<Digest> verify_mac(const MacKey& key, std::string_view text, std::string_view signature);

}  // namespace bsn
