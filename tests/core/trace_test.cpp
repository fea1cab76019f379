#include "core/trace.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

Digest fingerprint_of(int events, std::uint64_t last) {
  Trace trace;
  for (int i = 0; i < events; ++i) trace.record(Instant{i}, "deliver", 1, 2);
  trace.record(Instant{events}, "deliver", 1, last);
  return trace.fingerprint();
}

TEST(Trace, EqualEventsGiveEqualFingerprints) { EXPECT_EQ(fingerprint_of(5'000, 3), fingerprint_of(5'000, 3)); }

TEST(Trace, OneOtherNumberGivesAnotherFingerprint) {
  EXPECT_NE(fingerprint_of(5'000, 3), fingerprint_of(5'000, 4));
  EXPECT_NE(fingerprint_of(5'000, 3), fingerprint_of(5'001, 3));
}

TEST(Trace, TheOrderOfEventsMatters) {
  Trace a, b;
  a.record(Instant{1}, "x", 1, 1);
  a.record(Instant{1}, "y", 1, 1);
  b.record(Instant{1}, "y", 1, 1);
  b.record(Instant{1}, "x", 1, 1);
  EXPECT_NE(a.fingerprint(), b.fingerprint());
  EXPECT_EQ(a.events(), 2U);
}

TEST(Trace, AskingForTheFingerprintDoesNotChangeIt) {
  Trace trace;
  trace.record(Instant{1}, "x", 1, sha256("block"));
  const Digest first = trace.fingerprint();
  EXPECT_EQ(trace.fingerprint(), first);
}

}  // namespace
}  // namespace bsn
