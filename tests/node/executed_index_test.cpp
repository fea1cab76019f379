#include "node/executed_index.h"

#include <gtest/gtest.h>

#include <map>

#include "core/random.h"

namespace bsn {
namespace {

Digest named(const std::string& name) { return sha256(name); }

const auto anywhere = [](Height, const Digest&) { return true; };

TEST(ExecutedIndex, TellsWhereAndWhatCameOfIt) {
  ExecutedIndex index;
  EXPECT_FALSE(index.find(named("t"), anywhere));
  const Digest key = named("key");
  index.add(named("t"), &key, named("block"), {7, 3, ReceiptStatus::refused, "no money"});
  index.add(named("u"), nullptr, named("block"), {7, 4, ReceiptStatus::duplicate, ""});
  const auto found = index.find(named("t"), anywhere);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->height, 7U);
  EXPECT_EQ(found->index, 3U);
  EXPECT_EQ(found->status, ReceiptStatus::refused);
  EXPECT_EQ(found->value, "no money");
  EXPECT_EQ(index.find(named("u"), anywhere)->value, "");
  EXPECT_EQ(index.find_key(key, anywhere), named("t"));
  EXPECT_FALSE(index.find_key(named("u"), anywhere));
  EXPECT_FALSE(index.find_key(Digest{}, anywhere)) << "who used no key stands under none";
  EXPECT_TRUE(index.knows(named("block")));
  EXPECT_FALSE(index.knows(named("t")));
}

TEST(ExecutedIndex, KeepsBranchesApart) {
  ExecutedIndex index;
  const Digest key = named("key");
  index.add(named("t"), &key, named("left"), {5, 0, ReceiptStatus::ok, "left"});
  index.add(named("t"), nullptr, named("right"), {6, 1, ReceiptStatus::ok, "right"});
  const auto on = [](const char* block) {
    return [hash = named(block)](Height, const Digest& at) { return at == hash; };
  };
  EXPECT_EQ(index.find(named("t"), on("left"))->value, "left");
  EXPECT_EQ(index.find(named("t"), on("right"))->height, 6U);
  EXPECT_TRUE(index.find_key(key, on("left")));
  EXPECT_FALSE(index.find_key(key, on("right")));
  EXPECT_EQ(index.transactions().size(), 1U);
}

TEST(ExecutedIndex, FindsEveryOneOfMany) {
  ExecutedIndex index;
  Random random(3);
  std::map<Digest, std::string> values;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const Digest id = named("t" + std::to_string(i)), key = named("k" + std::to_string(i));
    std::string value(random.next() % 60, static_cast<char>('a' + i % 26));
    if (i == 1234) value.assign(1'000'000, 'x');  // longer than what is kept in one piece
    index.add(id, &key, named("b" + std::to_string(i / 100)), {i / 100 + 1, i % 100, ReceiptStatus::ok, value});
    values.emplace(id, std::move(value));
  }
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const Digest id = named("t" + std::to_string(i));
    const auto found = index.find(id, anywhere);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->value, values[id]);
    ASSERT_EQ(found->height, i / 100 + 1);
    ASSERT_EQ(index.find_key(named("k" + std::to_string(i)), anywhere), id);
    ASSERT_FALSE(index.find(named("other" + std::to_string(i)), anywhere));
  }
  const std::vector<Digest> all = index.transactions();
  EXPECT_EQ(all.size(), 20'000U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(index.keys().size(), 20'000U);
}

}  // namespace
}  // namespace bsn
