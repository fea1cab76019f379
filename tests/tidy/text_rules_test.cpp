// What every file looks like; clang-format looks after the rest.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "tests/tidy/source_tree.h"

namespace bsn {
namespace {

constexpr std::size_t most_columns = 120;
constexpr std::size_t most_lines = 600;  // a file is one idea

const std::vector<std::string> code_endings = {".h", ".cpp", ".proto", ".cmake", "CMakeLists.txt", ".sh"};

std::string at(const SourceFile& file, std::size_t line) { return file.path + ":" + std::to_string(line + 1); }

// Columns, not bytes: a continuation byte of UTF-8 takes no room.
std::size_t columns(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

TEST(Text, LinesAreShortAndEndCleanly) {
  for (const SourceFile& file : read_files({".h", ".cpp", ".proto"})) {
    EXPECT_LE(file.lines.size(), most_lines) << file.path << " is long: it holds more than one idea";
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      EXPECT_LE(columns(line), most_columns) << at(file, i);
      EXPECT_EQ(line.find('\t'), std::string::npos) << at(file, i) << " has a tab";
      EXPECT_FALSE(line.ends_with(' ')) << at(file, i) << " ends in a space";
    }
  }
}

TEST(Text, HeadersSayWhatTheyAreFirst) {
  for (const SourceFile& file : read_files({".h"})) {
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines[0].starts_with("// ")) << file.path << " does not begin with a comment that says what it is";
    EXPECT_NE(std::find(file.lines.begin(), file.lines.end(), "#pragma once"), file.lines.end()) << file.path;
  }
}

TEST(Text, NothingIsLeftForLater) {
  const std::regex marker(std::string("\\b(TO") + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
  for (const SourceFile& file : read_files(code_endings)) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], marker)) << at(file, i) << ": do it or leave it";
    }
  }
}

TEST(Text, TestsNeitherSleepNorSkip) {
  const std::regex banned(std::string("sleep") + "_for|\\buslee" + "p\\(|GTEST_" + "SKIP|DIS" + "ABLED_");
  for (const SourceFile& file : read_files({".cpp", ".h"})) {
    if (!file.path.starts_with("tests/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], banned)) << at(file, i) << ": wait for an event with a deadline";
    }
  }
}

// A page that leads through the code must not lead to where nothing is.
TEST(Text, DocumentsNameOnlyFilesThatExist) {
  const std::regex named("`([a-z_]+/[a-z_0-9/]+\\.(h|cpp|cmake|yaml|json|md|proto))`");
  int found = 0;
  for (const SourceFile& file : read_files({".md"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      for (std::sregex_iterator match(line.begin(), line.end(), named), end; match != end; ++match) {
        ++found;
        EXPECT_TRUE(std::filesystem::exists((*match)[1].str())) << at(file, i) << " names " << (*match)[1];
      }
    }
  }
  EXPECT_GT(found, 40);
}

TEST(Text, DistributionsAreOurOwn) {
  const std::regex banned("std::(uniform_\\w+|normal|exponential|poisson|gamma|bernoulli)_distribution|std::shuffle");
  for (const SourceFile& file : read_files({".cpp", ".h"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (file.path.starts_with("tests/tidy/")) continue;
      EXPECT_FALSE(std::regex_search(file.lines[i], banned))
          << at(file, i) << ": core/random.h gives equal numbers everywhere";
    }
  }
}

}  // namespace
}  // namespace bsn
