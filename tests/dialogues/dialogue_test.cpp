// Replays every *.txt of this folder. A changed conversation is a failure; `dialogue_tests --rewrite` writes the files
// anew, so that the change is reviewed as a diff. Broken invariants and wrong expectations fail in either case.
#include "tests/dialogues/dialogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bsn {
namespace {

bool rewrite = false;

std::string read(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> dialogue_files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/dialogues")) {
    if (entry.path().extension() == ".txt" && entry.path().stem() != "CMakeLists") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class DialogueFile : public testing::TestWithParam<std::string> {};

TEST_P(DialogueFile, GoesAsWritten) {
  const std::string before = read(GetParam());
  const Dialogue::Outcome outcome = Dialogue::replay(before);
  if (rewrite && outcome.text != before) std::ofstream(GetParam()) << outcome.text;
  for (const std::string& failure : outcome.failures) ADD_FAILURE() << GetParam() << ": " << failure;
  if (!rewrite) {
    EXPECT_EQ(outcome.text, before) << "reviewed and right? dialogue_tests --rewrite";
  }
}

TEST(DialogueFiles, AreReplayedTheSameTwice) {
  for (const std::string& path : dialogue_files()) {
    const std::string text = read(path);
    EXPECT_EQ(Dialogue::replay(text).text, Dialogue::replay(text).text) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Dialogues, DialogueFile, testing::ValuesIn(dialogue_files()),
                         [](const auto& file) { return std::filesystem::path(file.param).stem().string(); });

TEST(Dialogue, AWrongCommandIsReportedWithItsLine) {
  const auto outcome = Dialogue::replay("# prose\nnetwork raft 3\nadvanse 2s\nprogress within 60s\n");
  ASSERT_EQ(outcome.failures.size(), 1u);
  EXPECT_EQ(outcome.failures[0], "line 3: unknown command: advanse");
}

TEST(Dialogue, AWrongExpectationIsReported) {
  const auto outcome = Dialogue::replay("network raft 3\nexpect height 7 at 1\nprogress within 60s\n");
  ASSERT_EQ(outcome.failures.size(), 1u);
  EXPECT_EQ(outcome.failures[0], "line 2: the height at 1 is 0");
}

TEST(Dialogue, MustEndWithTheQuestionForProgress) {
  EXPECT_EQ(Dialogue::replay("network raft 3\nadvance 1s\n").failures.size(), 1u);
}

}  // namespace
}  // namespace bsn

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) bsn::rewrite |= std::string_view(argv[i]) == "--rewrite";
  return RUN_ALL_TESTS();
}
