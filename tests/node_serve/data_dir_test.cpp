#include <gtest/gtest.h>

#include <fstream>

#include "loop/temporary_folder.h"
#include "node/serve/data_dir.h"
#include "proto/codec.h"
#include "tests/fixtures/sample_values.h"

namespace bsn {
namespace {

TEST(DataDir, BelongsToOneProcessAtATime) {
  const TemporaryFolder folder;
  auto first = DataDir::open(folder.path());
  ASSERT_TRUE(first.ok());
  const auto second = DataDir::open(folder.path());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::already_running);
  EXPECT_NE(second.error().message.find(folder.path()), std::string::npos);
  { const DataDir gone = std::move(*first); }
  EXPECT_TRUE(DataDir::open(folder.path()).ok());
}

TEST(DataDir, RemembersTheCommission) {
  const TemporaryFolder folder;
  const auto dir = DataDir::open(folder.path() + "/made/on/demand");
  ASSERT_TRUE(dir.ok());
  EXPECT_FALSE(dir->read_commission()->has_value());
  const NodeSpec spec = sample::node_spec();
  ASSERT_TRUE(dir->write_commission(spec).ok());
  const auto read = dir->read_commission();
  ASSERT_TRUE(read.ok());
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ(encode(**read).SerializeAsString(), encode(spec).SerializeAsString());
}

TEST(DataDir, NamesACorruptCommission) {
  const TemporaryFolder folder;
  const auto dir = DataDir::open(folder.path());
  ASSERT_TRUE(dir->write_commission(sample::node_spec()).ok());
  std::fstream(folder.path() + "/commission", std::ios::in | std::ios::out).seekp(50).put('\x7f');
  const auto read = dir->read_commission();
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::corrupt);
  EXPECT_NE(read.error().message.find(folder.path() + "/commission"), std::string::npos);
}

}  // namespace
}  // namespace bsn
