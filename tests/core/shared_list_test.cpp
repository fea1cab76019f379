#include "core/shared_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bsn {
namespace {

using Names = SharedList<std::string>;

TEST(SharedList, CopiesReadTheSameElements) {
  const Names first{"beijing", "shanghai"};
  const Names second = first;
  EXPECT_EQ(&first[0], &second[0]);
  EXPECT_EQ(first, second);
}

TEST(SharedList, AnEditedCopyLeavesTheOthersAsTheyWere) {
  const Names first{"beijing", "shanghai"};
  Names second = first;
  second.push_back("wuhan");
  second.edit().front() = "xian";
  EXPECT_EQ(first.items(), (std::vector<std::string>{"beijing", "shanghai"}));
  EXPECT_EQ(second.items(), (std::vector<std::string>{"xian", "shanghai", "wuhan"}));
  EXPECT_FALSE(first == second);
}

TEST(SharedList, WhoIsAloneEditsInPlace) {
  Names alone{"beijing"};
  const std::string* before = &alone.front();
  alone.edit().front() += " one";
  EXPECT_EQ(&alone.front(), before);
  EXPECT_EQ(alone.back(), "beijing one");
}

TEST(SharedList, AnEmptyOneEqualsOneThatWasNeverFilled) {
  const Names never;
  Names emptied{"beijing"};
  emptied.edit().clear();
  EXPECT_EQ(never, emptied);
  EXPECT_TRUE(never.empty());
  EXPECT_EQ(never.begin(), never.end());
  EXPECT_EQ(std::vector<std::string>(emptied), never.items());
}

}  // namespace
}  // namespace bsn
