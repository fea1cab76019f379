#include "node/serve/record.h"

#include <gtest/gtest.h>

#include "disk/sealed_record.h"

namespace bsn {
namespace {

TEST(Record, KeysOfOneKindStandInTheOrderOfTheirNumbers) {
  const ChainIndex chain{3};
  EXPECT_LT(record_key(chain, RecordKind::block, 255), record_key(chain, RecordKind::block, 256));
  EXPECT_LT(record_key(chain, RecordKind::block, ~0ull), record_key(ChainIndex{4}, RecordKind::accepted));
  EXPECT_EQ(number_of(record_key(chain, RecordKind::block, 0x0102030405060708)), 0x0102030405060708u);
  EXPECT_EQ(kind_of(record_key(chain, RecordKind::raft_vote)), RecordKind::raft_vote);
}

TEST(Record, OpensOnlyUnderItsOwnKeyAndUnchanged) {
  const std::string key = record_key(ChainIndex{1}, RecordKind::block, 7);
  std::string value = seal_record(key, "payload");
  EXPECT_EQ(open_record(key, value), "payload");
  EXPECT_EQ(open_record(record_key(ChainIndex{1}, RecordKind::block, 8), value), std::nullopt);
  value.back() ^= 1;
  EXPECT_EQ(open_record(key, value), std::nullopt);
  EXPECT_EQ(open_record(key, "short"), std::nullopt);
}

}  // namespace
}  // namespace bsn
