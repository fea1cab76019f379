#include "core/mac_signature.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "tests/fixtures/mac_signer.h"

namespace bsn {
namespace {

using test::MacSigner;

struct MacSignature : testing::TestWithParam<KeyKind> {
  MacSignature() {
    const auto read = mac_key_of_pem(signer.pem());
    EXPECT_TRUE(read.ok());
    if (read.ok()) key = *read;
  }
  MacSigner signer{GetParam()};
  MacKey key;
};

TEST_P(MacSignature, IsGoodForItsTextAndKeyOnly) {
  EXPECT_EQ(key.kind, GetParam());
  const std::string mac = signer.sign("some text");
  EXPECT_TRUE(verify_mac(key, "some text", mac));
  EXPECT_FALSE(verify_mac(key, "some texT", mac));
  EXPECT_FALSE(verify_mac(key, "some text", signer.sign("other")));
  EXPECT_FALSE(verify_mac(key, "some text", MacSigner(GetParam()).sign("some text")));
  EXPECT_FALSE(verify_mac(key, "some text", ""));
  EXPECT_FALSE(verify_mac(key, "some text", mac + '\0'));
  EXPECT_FALSE(verify_mac(key, "some text", mac.substr(0, mac.size() - 1)));
  MacKey other = key;
  other.kind = key.kind == KeyKind::secp256r1 ? KeyKind::secp256k1 : KeyKind::secp256r1;
  EXPECT_FALSE(verify_mac(other, "some text", mac));
}

TEST_P(MacSignature, TwoOfOneTextAreTwoAndOneSentAgainIsOne) {
  const std::string first = signer.sign("a"), second = signer.sign("a");
  EXPECT_EQ(verify_mac(key, "a", first), verify_mac(key, "a", first));
  EXPECT_NE(verify_mac(key, "a", first), verify_mac(key, "a", second));
}

INSTANTIATE_TEST_SUITE_P(Kinds, MacSignature, testing::Values(KeyKind::secp256r1, KeyKind::secp256k1, KeyKind::sm2),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

// What anybody can make of a signature of ECDSA that it has seen: the same r with the negated s.
std::string negated(const std::string& signature) {
  const auto* at = reinterpret_cast<const unsigned char*>(signature.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> read(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())), ECDSA_SIG_free);
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1),
                                                                  EC_GROUP_free);
  BIGNUM* s = BN_new();
  BN_sub(s, EC_GROUP_get0_order(group.get()), ECDSA_SIG_get0_s(read.get()));
  ECDSA_SIG_set0(read.get(), BN_dup(ECDSA_SIG_get0_r(read.get())), s);
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(read.get(), &out);
  std::string made(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return made;
}

TEST(MacSignatures, TheOtherFormOfASignatureCountsAsTheSame) {
  const MacSigner signer(KeyKind::secp256r1);
  const MacKey key = *mac_key_of_pem(signer.pem());
  const std::string mac = signer.sign("pay");
  ASSERT_NE(negated(mac), mac);
  ASSERT_TRUE(verify_mac(key, "pay", mac));
  EXPECT_EQ(verify_mac(key, "pay", negated(mac)), verify_mac(key, "pay", mac));
}

TEST(MacSignatures, OtherKeysAreRefusedWithAReason) {
  EXPECT_FALSE(mac_key_of_pem("hello"));
  const std::string ed25519 =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n";
  EXPECT_FALSE(mac_key_of_pem(ed25519));
}

}  // namespace
}  // namespace bsn
