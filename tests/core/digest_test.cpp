#include "core/digest.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

// FIPS 180-4 example.
TEST(Digest, IsSha256) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, ReadsBackItsHex) {
  const Digest digest = sha256("x");
  EXPECT_EQ(digest_from_hex(to_hex(digest)), digest);
  EXPECT_EQ(digest_from_hex("00"), std::nullopt);
  EXPECT_EQ(digest_from_hex(std::string(64, 'g')), std::nullopt);
}

TEST(CanonicalBytes, DifferentFieldsNeverGiveTheSameBytes) {
  const auto pair = [](std::string_view a, std::string_view b) { return CanonicalBytes("test").add(a).add(b).bytes(); };
  EXPECT_NE(pair("ab", "c"), pair("a", "bc"));
  EXPECT_NE(pair("", "abc"), pair("abc", ""));
  EXPECT_NE(CanonicalBytes("a").bytes(), CanonicalBytes("b").bytes());
}

TEST(RunningDigest, EqualsTheDigestOfTheWhole) {
  RunningDigest running;
  running.update("hello ");
  (void)running.value();
  running.update("world");
  EXPECT_EQ(running.value(), sha256("hello world"));
}

}  // namespace
}  // namespace bsn
