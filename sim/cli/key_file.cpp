#include "sim/cli/key_file.h"

#include <algorithm>
#include <fstream>

#include "rpc/secret.h"

namespace bsn {

Result<KeyFile> make_key_file(const std::string& path, const std::string& project) {
  const Digest secret = random_secret();
  if (auto made = write_private_file(path, to_hex(secret) + "\nproject " + project + "\n"); !made) return made.error();
  return KeyFile{SigningKey(secret), project};
}

Result<KeyFile> read_key_file(const std::string& path) {
  std::ifstream file(path);
  std::string secret, word, project;
  if (!file) return Error{ErrorCode::io, "can't read " + path + "; make a key with `bsnsim key new`"};
  file >> secret >> word >> project;
  const auto digest = digest_from_hex(secret);
  if (!digest || word != "project" || project.empty()) {
    return Error{ErrorCode::invalid_configuration,
                 path + " is no key file: it needs a line of 64 hex digits and a line 'project NAME'"};
  }
  return KeyFile{SigningKey(*digest), project};
}

std::string fresh_nonce() { return to_hex(random_secret()).substr(0, 32); }

std::string sign_hex(const SigningKey& key, const CanonicalRequest& request) {
  const Signature signature = key.sign(canonical_bytes(request));
  Digest half;
  std::string hex;
  for (const std::size_t from : {0u, 32u}) {
    std::copy_n(signature.bytes.begin() + static_cast<std::ptrdiff_t>(from), 32, half.bytes.begin());
    hex += to_hex(half);
  }
  return hex;
}

}  // namespace bsn
