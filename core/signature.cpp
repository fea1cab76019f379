#include "core/signature.h"

#include <openssl/evp.h>

#include "core/check.h"

namespace bsn {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Context new_context() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  BSN_CHECK(context != nullptr, "OpenSSL is out of memory");
  return context;
}

}  // namespace

SigningKey::SigningKey(const Digest& secret)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.bytes.data(), secret.bytes.size()),
           &EVP_PKEY_free) {
  BSN_CHECK(key_ != nullptr, "any 32 bytes are an Ed25519 secret");
  std::size_t size = public_key_.bytes.size();
  BSN_CHECK(EVP_PKEY_get_raw_public_key(key_.get(), public_key_.bytes.data(), &size) == 1, "it has a public half");
}

Signature SigningKey::sign(std::string_view message) const {
  const Context context = new_context();
  Signature signature;
  std::size_t size = signature.bytes.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), signature.bytes.data(), &size, bytes_of(message), message.size()) == 1;
  BSN_CHECK(done && size == signature.bytes.size(), "Ed25519 signs any message");
  return signature;
}

bool verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  const Key loaded(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()),
                   &EVP_PKEY_free);
  if (loaded == nullptr) return false;
  const Context context = new_context();
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, loaded.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.bytes.data(), signature.bytes.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace bsn
