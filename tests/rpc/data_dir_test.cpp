#include "rpc/data_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "loop/temporary_folder.h"
#include "rpc/stored_commission.h"
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

TEST(DataDir, KeepsFilesByName) {
  const TemporaryFolder folder;
  {
    const auto dir = DataDir::open(folder / "made/on/demand");
    ASSERT_TRUE(dir.ok());
    EXPECT_FALSE(dir->read("one")->has_value());
    ASSERT_TRUE(dir->write("one", std::string("a\0b", 3)).ok());
    ASSERT_TRUE(dir->write("one", "shorter").ok());
    ASSERT_TRUE(dir->write("empty", "").ok());
  }
  const auto again = DataDir::open(folder / "made/on/demand");
  EXPECT_EQ(**again->read("one"), "shorter");
  EXPECT_EQ(**again->read("empty"), "");
  EXPECT_FALSE(std::filesystem::exists(again->path_of("one") + ".new"));
}

TEST(DataDir, NamesADamagedFile) {
  const TemporaryFolder folder;
  const auto dir = DataDir::open(folder.path());
  for (const std::size_t kept : {0, 10, 32, 39}) {
    ASSERT_TRUE(dir->write("one", "content").ok());
    std::filesystem::resize_file(dir->path_of("one"), kept);
    if (kept == 39) std::fstream(dir->path_of("one"), std::ios::in | std::ios::out).seekp(35).put('\x7f');
    const auto read = dir->read("one");
    ASSERT_FALSE(read.ok()) << kept << " bytes";
    EXPECT_EQ(read.error().code, ErrorCode::corrupt);
    EXPECT_NE(read.error().message.find(folder / "one"), std::string::npos);
  }
}

TEST(DataDir, SaysWhenItCannotWrite) {
  const TemporaryFolder folder;
  const auto dir = DataDir::open(folder.path());
  const auto written = dir->write("no/such/folder", "content");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_NE(written.error().message.find(folder / "no/such/folder"), std::string::npos);
}

template <class Spec>
void expect_remembered(const Spec& spec) {
  const TemporaryFolder folder;
  const auto dir = DataDir::open(folder.path());
  EXPECT_FALSE(read_commission<Spec>(*dir)->has_value());
  ASSERT_TRUE(write_commission(*dir, spec).ok());
  const auto read = read_commission<Spec>(*dir);
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_EQ(encode(**read).SerializeAsString(), encode(spec).SerializeAsString());
}

TEST(StoredCommission, IsRemembered) {
  expect_remembered(sample::node_spec());
  expect_remembered(sample::gateway_spec());
}

TEST(StoredCommission, IsNamedWhenItIsNone) {
  const TemporaryFolder folder;
  const auto dir = DataDir::open(folder.path());
  ASSERT_TRUE(dir->write(commission_file, "\xff\xff").ok());
  const auto read = read_commission<NodeSpec>(*dir);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::corrupt);
  EXPECT_NE(read.error().message.find(folder / "commission"), std::string::npos);
}

}  // namespace
}  // namespace bsn
