// The file of an Ed25519 key that requests are signed with: 64 hex digits of its secret, then "project NAME".
#pragma once

#include <string>

#include "core/canonical_request.h"
#include "core/result.h"
#include "core/signature.h"

namespace bsn {

struct KeyFile {
  SigningKey key;
  std::string project;
};

// A fresh pair, in a new file of mode 0600.
Result<KeyFile> make_key_file(const std::string& path, const std::string& project);
Result<KeyFile> read_key_file(const std::string& path);

// 32 hex digits that were never used before.
std::string fresh_nonce();

// The signature as 128 hex digits, for the metadata x-bsn-signature.
std::string sign_hex(const SigningKey& key, const CanonicalRequest& request);

}  // namespace bsn
