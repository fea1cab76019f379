#include "core/mac_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <vector>

namespace bsn {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using DerSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using Bytes = std::vector<unsigned char>;

// How a point begins of which only x is told (SEC 1, 2.3.3).
constexpr unsigned char even = 2, odd = 3;

struct Curve {
  KeyKind kind;
  const char* group;  // OpenSSL's name
  const char* type;   // of key
};
constexpr std::array curves = {Curve{KeyKind::secp256r1, "prime256v1", "EC"},
                               Curve{KeyKind::secp256k1, "secp256k1", "EC"}, Curve{KeyKind::sm2, "SM2", "SM2"}};

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The key whose point has this x and a y of this parity; nullptr: there is no such point.
Key load(const MacKey& key, unsigned char parity) {
  for (const Curve& curve : curves) {
    if (curve.kind != key.kind) continue;
    Bytes point{parity};
    point.insert(point.end(), key.x.bytes.begin(), key.x.bytes.end());
    std::string group = curve.group;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                                 OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                                 OSSL_PARAM_END};
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, curve.type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) {
      return nullptr;
    }
    return Key(made);
  }
  return nullptr;
}

Bytes digest_of(const EVP_MD* method, std::string_view text) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, method, nullptr);
  digest.resize(size);
  return digest;
}

bool verify_sm2(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  static constexpr std::string_view id = "1234567812345678";
  const KeyContext with_id(EVP_PKEY_CTX_new(key, nullptr));
  const Context context(EVP_MD_CTX_new());
  if (!with_id || !context || EVP_PKEY_CTX_set1_id(with_id.get(), id.data(), static_cast<int>(id.size())) != 1) {
    return false;
  }
  EVP_MD_CTX_set_pkey_ctx(context.get(), with_id.get());
  const Bytes digest = digest_of(EVP_sm3(), text);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sm3(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), digest.data(), digest.size()) == 1;
}

bool verify_with(EVP_PKEY* key, KeyKind kind, std::string_view text, std::string_view signature) {
  if (kind == KeyKind::sm2) return verify_sm2(key, text, signature);
  const Context context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

// The r of a signature in strict DER: what is decoded and encoded again is the same.
std::optional<Digest> r_of(std::string_view signature) {
  const unsigned char* at = bytes_of(signature);
  const DerSignature read(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())));
  if (!read) return std::nullopt;
  const int size = i2d_ECDSA_SIG(read.get(), nullptr);
  if (size < 0 || static_cast<std::size_t>(size) != signature.size()) return std::nullopt;
  Bytes again(signature.size());
  unsigned char* to = again.data();
  i2d_ECDSA_SIG(read.get(), &to);
  if (std::string_view(reinterpret_cast<const char*>(again.data()), again.size()) != signature) return std::nullopt;
  Digest r;
  if (BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), r.bytes.data(), static_cast<int>(r.bytes.size())) < 0) {
    return std::nullopt;
  }
  return r;
}

}  // namespace

Result<MacKey> mac_key_of_pem(const std::string& pem) {
  const std::unique_ptr<BIO, Freed<BIO_free_all>> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(text ? PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr) : nullptr);
  std::array<char, 64> group{};
  BIGNUM* x = nullptr;
  if (!key || EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), nullptr) != 1 ||
      EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1) {
    return Error{ErrorCode::invalid_configuration, "this is no public key of an elliptic curve in PEM"};
  }
  const Number owned(x);
  for (const Curve& curve : curves) {
    if (std::string_view(group.data()) != curve.group) continue;
    MacKey read{curve.kind, {}};
    BN_bn2binpad(x, read.x.bytes.data(), static_cast<int>(read.x.bytes.size()));
    return read;
  }
  return Error{ErrorCode::invalid_configuration, std::string("a key of ") + group.data() +
                                                     ": what is known is secp256r1 (prime256v1), secp256k1 and SM2"};
}

std::optional<Digest> verify_mac(const MacKey& key, std::string_view text, std::string_view signature) {
  const std::optional<Digest> r = r_of(signature);
  if (!r) return std::nullopt;
  for (const unsigned char parity : {even, odd}) {
    const Key loaded = load(key, parity);
    if (!loaded || !verify_with(loaded.get(), key.kind, text, signature)) continue;
    std::string once = "bsn/mac/v1";
    once.push_back(static_cast<char>(key.kind));
    once.append(key.x.view()).append(r->view()).append(sha256(text).view());
    return sha256(once);
  }
  return std::nullopt;
}

}  // namespace bsn
