#include "sim/config_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop/temporary_folder.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal_of(const std::string& text) {
  const Result<ConfigNodePtr> tree = parse_config(text, "x.yaml");
  EXPECT_FALSE(tree) << text.substr(0, 100);
  if (tree) return "";
  EXPECT_EQ(tree.error().code, ErrorCode::invalid_configuration);
  return tree.error().message;
}

TEST(ConfigTree, KnowsTheLineAndColumnOfEachValue) {
  const Result<ConfigNodePtr> tree = parse_config("a: 1\nb:\n  - {c: x}\n  - y\n", "x.yaml");
  ASSERT_TRUE(tree);
  EXPECT_EQ(to_string(locate(**tree, "b[0].c").place), "x.yaml:3:9");
  EXPECT_EQ(to_string(locate(**tree, "b[1]").place), "x.yaml:4:5");
  EXPECT_EQ(locate(**tree, "b[1]").scalar, "y");
}

TEST(ConfigTree, LocatesTheDeepestNodeOnAWayThatEndsEarly) {
  const Result<ConfigNodePtr> tree = parse_config("b:\n  - {c: x}\n", "x.yaml");
  ASSERT_TRUE(tree);
  EXPECT_EQ(&locate(**tree, "b[0].d.e"), &locate(**tree, "b[0]"));
  EXPECT_EQ(&locate(**tree, "b[7]"), &locate(**tree, "b"));
  EXPECT_EQ(&locate(**tree, "nothing"), tree->get());
  EXPECT_EQ(&locate(**tree, ""), tree->get());
}

TEST(ConfigTree, ReadsJsonAsTheSameTree) {
  const Result<ConfigNodePtr> tree = parse_config("{\"a\":[1,{\"b\":\"x y\"}],\n\t\"c\": null}", "x.json");
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(locate(**tree, "a[1].b").scalar, "x y");
  EXPECT_EQ(locate(**tree, "c").kind, ConfigNode::Kind::null);
}

TEST(ConfigTree, RefusesAKeyThatStandsTwice) {
  EXPECT_THAT(refusal_of("a: 1\nb: 2\na: 3\n"),
              StartsWith("x.yaml:3:1: key 'a' stands twice in one map (first in line 1)"));
}

TEST(ConfigTree, RefusesWhatIsNoYaml) {
  EXPECT_THAT(refusal_of("a: [1, 2\n"), HasSubstr("is not valid YAML"));
  EXPECT_THAT(refusal_of("a: \"open"), HasSubstr("is not valid YAML"));
  EXPECT_THAT(refusal_of("a: *nobody"), HasSubstr("is not valid YAML"));
  EXPECT_THAT(refusal_of(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal_of("a: 1\n---\nb: 2\n"), HasSubstr("more than one YAML document"));
  EXPECT_THAT(refusal_of("? [a, b]\n: c\n"), HasSubstr("a key must be a plain word"));
}

TEST(ConfigTree, RefusesBytesThatAreNoText) {
  EXPECT_THAT(refusal_of(std::string("a: \0b", 5)), HasSubstr("is not UTF-8 text"));
  EXPECT_THAT(refusal_of("a: \xff\xfe"), HasSubstr("is not UTF-8 text"));
  EXPECT_THAT(refusal_of("a: \xe4\xb8"), HasSubstr("is not UTF-8 text"));
  EXPECT_TRUE(parse_config("a: \xe4\xb8\xad\n", "x.yaml"));
}

TEST(ConfigTree, RefusesDeepNesting) {
  EXPECT_THAT(refusal_of("a: " + std::string(99, '[') + std::string(99, ']') + "\nb: " + std::string(101, '[')),
              HasSubstr("x.yaml:2:"));
  EXPECT_FALSE(refusal_of("a: " + std::string(100'000, '[')).empty());
  EXPECT_FALSE(refusal_of("a: " + std::string(100'000, '{')).empty());
}

TEST(ConfigTree, RefusesAliasesThatExpandWithoutEnd) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name < 'z'; ++name) {
    const std::string one = std::string("*") + static_cast<char>(name - 1);
    bomb += std::string(1, name) + ": &" + name + " [" + one;
    for (int n = 0; n < 9; ++n) bomb.append(", ").append(one);
    bomb += "]\n";
  }
  EXPECT_THAT(refusal_of(bomb), HasSubstr("more than 1000000 values"));
  EXPECT_THAT(refusal_of("a: &a [*a]\n"), HasSubstr("an alias stands inside what it names"));
}

TEST(ConfigFile, RefusesWhatIsNoReadableFile) {
  const TemporaryFolder files;
  EXPECT_THAT(read_config(files / "gone.yaml").error().message, HasSubstr("gone.yaml: there is no such file"));
  EXPECT_THAT(read_config(files / "").error().message, HasSubstr("is a directory"));
  EXPECT_THAT(read_config("/dev/null").error().message, HasSubstr("is not a regular file"));
}

TEST(ConfigFile, RefusesAHugeFile) {
  const TemporaryFolder files;
  const std::string path = write_text(files / "huge.yaml", std::string(ConfigLimits::file_bytes + 1, '#'));
  EXPECT_THAT(read_config(path).error().message, HasSubstr("huge.yaml: is over 4 MiB"));
}

TEST(ConfigFile, ReadsAFullFileOfShortKeysInReasonableTime) {
  const TemporaryFolder files;
  std::string text = "version: 1\n";
  for (int n = 0; n < 100'000; ++n) text += "k" + std::to_string(n) + ": 1\n";
  EXPECT_TRUE(read_config_with_includes(write_text(files / "long.yaml", text)));
}

TEST(Include, JoinsListsWithTheIncludedOnesFirst) {
  const TemporaryFolder files;
  write_text(files / "b.yaml", "version: 1\ncities: [x, y]\nseed: 5\n");
  const Result<ConfigNodePtr> tree =
      read_config_with_includes(write_text(files / "a.yaml", "version: 1\ninclude: b.yaml\ncities: [z]\n"));
  ASSERT_TRUE(tree) << tree.error().message;
  ASSERT_EQ((*tree)->find("cities")->value->items.size(), 3u);
  EXPECT_EQ(locate(**tree, "cities[0]").scalar, "x");
  EXPECT_EQ(to_string(locate(**tree, "cities[2]").place), (files / "a.yaml") + ":3:10");
  EXPECT_EQ(locate(**tree, "seed").scalar, "5");
  EXPECT_EQ((*tree)->find("include"), nullptr);
}

TEST(Include, RefusesAKeyInTwoFilesUnlessItIsAList) {
  const TemporaryFolder files;
  write_text(files / "b.yaml", "version: 1\nseed: 5\n");
  const auto tree = read_config_with_includes(write_text(files / "a.yaml", "version: 1\ninclude: [b.yaml]\nseed: 6\n"));
  EXPECT_THAT(tree.error().message, HasSubstr("a.yaml:3:1: 'seed' stands already in " + (files / "b.yaml") + ":2:1"));
}

TEST(Include, NamesThePlaceThatWantsAMissingFile) {
  const TemporaryFolder files;
  const auto tree = read_config_with_includes(write_text(files / "a.yaml", "version: 1\ninclude: [gone.yaml]\n"));
  EXPECT_THAT(tree.error().message, StartsWith((files / "a.yaml") + ":2:11: includes "));
  EXPECT_THAT(tree.error().message, HasSubstr("gone.yaml: there is no such file"));
}

TEST(Include, RefusesCirclesAndDepth) {
  const TemporaryFolder files;
  write_text(files / "b.yaml", "version: 1\ninclude: a.yaml\n");
  EXPECT_THAT(read_config_with_includes(write_text(files / "a.yaml", "version: 1\ninclude: b.yaml\n")).error().message,
              HasSubstr("'a.yaml' includes itself"));
  for (int n = 0; n < 12; ++n) {
    write_text(files / ("d" + std::to_string(n) + ".yaml"),
               "version: 1\ninclude: d" + std::to_string(n + 1) + ".yaml\n");
  }
  EXPECT_THAT(read_config_with_includes(files / "d0.yaml").error().message, HasSubstr("includes go deeper than 8"));
}

TEST(Include, RefusesMoreThanAHundredFiles) {
  const TemporaryFolder files;
  write_text(files / "leaf.yaml", "version: 1\n");
  std::string text = "version: 1\ninclude: [leaf.yaml";
  for (int n = 0; n < 100; ++n) text += ", leaf.yaml";
  EXPECT_THAT(read_config_with_includes(write_text(files / "a.yaml", text + "]\n")).error().message,
              HasSubstr("more than 100 files are included"));
}

TEST(Include, EachFileSaysItsVersion) {
  const TemporaryFolder files;
  EXPECT_THAT(read_config_with_includes(write_text(files / "a.yaml", "seed: 1\n")).error().message,
              HasSubstr("begin the file with `version: 1`"));
  EXPECT_THAT(read_config_with_includes(write_text(files / "a.yaml", "version: 2\n")).error().message,
              HasSubstr("a.yaml:1:1: this program reads version 1"));
  EXPECT_THAT(read_config_with_includes(write_text(files / "a.yaml", "[version]\n")).error().message,
              HasSubstr("must be a map of keys"));
}

}  // namespace
}  // namespace bsn
