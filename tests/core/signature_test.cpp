#include "core/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace bsn {
namespace {

template <std::size_t size>
std::array<std::uint8_t, size> bytes_from_hex(const std::string& hex) {
  std::array<std::uint8_t, size> bytes{};
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return bytes;
}

// RFC 8032 section 7.1, test 2.
TEST(Signature, IsTheOneOfTheStandard) {
  const SigningKey key(*digest_from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(key.public_key().bytes,
            bytes_from_hex<32>("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  const Signature expected{
      bytes_from_hex<64>("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")};
  EXPECT_EQ(key.sign("\x72"), expected);
  EXPECT_TRUE(verify(key.public_key(), "\x72", expected));
}

TEST(Signature, FitsOneKeyAndOneMessage) {
  const SigningKey key(sha256("one")), other(sha256("other"));
  const Signature signature = key.sign("message");
  EXPECT_TRUE(verify(key.public_key(), "message", signature));
  EXPECT_FALSE(verify(key.public_key(), "message.", signature));
  EXPECT_FALSE(verify(other.public_key(), "message", signature));
  Signature changed = signature;
  changed.bytes[40] ^= 1;
  EXPECT_FALSE(verify(key.public_key(), "message", changed));
}

TEST(Signature, BytesThatAreNoKeyVerifyNothing) {
  PublicKey no_point;
  no_point.bytes.fill(0xff);
  EXPECT_FALSE(verify(no_point, "message", SigningKey(sha256("one")).sign("message")));
}

}  // namespace
}  // namespace bsn
