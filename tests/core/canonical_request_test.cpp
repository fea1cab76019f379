#include "core/canonical_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "core/random.h"

namespace bsn {
namespace {

// Short texts over few letters, so that pieces of one field look like pieces of the next.
std::string any_text(Random& random) {
  std::string text;
  for (std::uint64_t n = random.below(4); n > 0; --n) text.push_back("ab\0/"[random.below(4)]);
  return text;
}

CanonicalRequest any_request(Random& random) {
  CanonicalRequest request;
  for (std::string* field : {&request.gateway, &request.method, &request.path, &request.project, &request.network,
                             &request.nonce, &request.idempotency_key}) {
    *field = any_text(random);
  }
  request.timestamp_ns = static_cast<std::int64_t>(random.below(3));
  if (random.chance(0.5)) request.body = sha256(any_text(random));
  return request;
}

// safety.md AUTH: canon(x) = canon(y) => x = y.
TEST(CanonicalRequest, EqualBytesComeFromEqualRequestsOnly) {
  Random random(1);
  std::vector<std::pair<std::string, CanonicalRequest>> seen;
  for (int i = 0; i < 3'000; ++i) {
    const CanonicalRequest request = any_request(random);
    seen.emplace_back(canonical_bytes(request), request);
  }
  std::sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 1; i < seen.size(); ++i) {
    ASSERT_EQ(seen[i - 1].first == seen[i].first, seen[i - 1].second == seen[i].second);
  }
}

// No byte can wander from one field into its neighbour: what a plain concatenation would let through.
TEST(CanonicalRequest, MovingBytesBetweenFieldsChangesTheBytes) {
  const auto fields = [](CanonicalRequest& request) {
    return std::vector<std::string*>{&request.gateway, &request.method, &request.path,           &request.project,
                                     &request.network, &request.nonce,  &request.idempotency_key};
  };
  CanonicalRequest request{"beijing", "POST", "/path", "shop", "fabric/trade", 5, "nonce", "key", {}};
  std::set<std::string> all{canonical_bytes(request)};
  std::size_t made = 1;
  for (std::size_t i = 0; i + 1 < fields(request).size(); ++i) {
    CanonicalRequest moved = request;
    std::string& from = *fields(moved)[i];
    std::string& to = *fields(moved)[i + 1];
    to.insert(0, 1, from.back());
    from.pop_back();
    all.insert(canonical_bytes(moved));
    EXPECT_EQ(all.size(), ++made) << "field " << i;
  }
}

}  // namespace
}  // namespace bsn
