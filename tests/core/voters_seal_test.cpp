#include "core/voters_seal.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TEST(VotersSeal, ComesBackAsItWas) {
  for (const std::vector<ValidatorIndex>& voters :
       {std::vector<ValidatorIndex>{{0}}, {{0}, {1}, {2}}, {{3}, {17}, {999}}}) {
    EXPECT_EQ(read_voters_seal(voters_seal(voters)), voters);
  }
}

TEST(VotersSeal, OtherBytesNameNobody) {
  const std::string good = voters_seal({{1}, {2}});
  for (const std::string& bytes :
       {std::string(), std::string("bsn/voters/v1"), good + "x", good.substr(0, good.size() - 1), "x" + good,
        voters_seal({{2}, {1}}), voters_seal({{1}, {1}}), voters_seal({{1000}})}) {
    EXPECT_FALSE(read_voters_seal(bytes)) << bytes.size();
  }
}

}  // namespace
}  // namespace bsn
