#include "core/merkle.h"

#include <gtest/gtest.h>

#include <string>

namespace bsn {
namespace {

std::vector<Digest> leaves(std::size_t count) {
  std::vector<Digest> list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(merkle_leaf(std::to_string(i)));
  return list;
}

// RFC 6962 section 2.1: the hash of an empty list is the hash of the empty string.
TEST(Merkle, EmptyListHasTheRootOfTheEmptyString) { EXPECT_EQ(merkle_root({}), sha256("")); }

TEST(Merkle, LeafAndInnerNodeNeverMeet) {
  const Digest a = merkle_leaf("a"), b = merkle_leaf("b");
  EXPECT_NE(merkle_inner(a, b), merkle_leaf(std::string(a.view()) + std::string(b.view())));
}

TEST(Merkle, EveryLeafOfEverySizeProvesItsPlaceAndNoOther) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const std::vector<Digest> list = leaves(size);
    const Digest root = merkle_root(list);
    for (std::size_t i = 0; i < size; ++i) {
      const std::vector<Digest> proof = merkle_proof(list, i);
      EXPECT_TRUE(merkle_verify(root, list[i], i, size, proof));
      EXPECT_FALSE(merkle_verify(root, merkle_leaf("x"), i, size, proof));
      EXPECT_FALSE(merkle_verify(root, list[i], (i + 1) % size, size, proof) && size > 1);
    }
  }
}

TEST(Merkle, RefusesAProofOfAnotherLength) {
  const std::vector<Digest> list = leaves(8);
  std::vector<Digest> proof = merkle_proof(list, 3);
  proof.push_back(proof.back());
  EXPECT_FALSE(merkle_verify(merkle_root(list), list[3], 3, 8, proof));
  proof.resize(2);
  EXPECT_FALSE(merkle_verify(merkle_root(list), list[3], 3, 8, proof));
  EXPECT_FALSE(merkle_verify(merkle_root(list), list[3], 8, 8, merkle_proof(list, 3)));
}

}  // namespace
}  // namespace bsn
