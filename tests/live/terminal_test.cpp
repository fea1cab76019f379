// What a person at a terminal sees of a run, and what a log file gets: the real program under a pseudo-terminal.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "loop/temporary_folder.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

using testing::HasSubstr;
using testing::Le;
using testing::Not;

struct Seen {
  std::string text;   // all that was written, with codes
  int code = -1;      // exit code
  bool same = false;  // the terminal's settings are those of before
};

// Runs `command` by a shell under a terminal of this size. Sends Ctrl-C once when `interrupt_at` was written.
Seen under_terminal(const std::string& command, winsize size, const std::string& interrupt_at = "") {
  int own = -1;
  const pid_t child = forkpty(&own, nullptr, nullptr, &size);
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  termios before{}, after{};
  tcgetattr(own, &before);
  Seen seen;
  bool interrupted = interrupt_at.empty();
  std::array<char, 4096> part{};
  for (ssize_t n = 0; (n = read(own, part.data(), part.size())) > 0;) {
    seen.text.append(part.data(), static_cast<std::size_t>(n));
    seen.same = tcgetattr(own, &after) != 0 || after.c_lflag == before.c_lflag;
    if (interrupted || seen.text.find(interrupt_at) == std::string::npos) continue;
    interrupted = true;
    const char ctrl_c = '\x03';
    EXPECT_EQ(write(own, &ctrl_c, 1), 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(own);
  seen.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return seen;
}

// What stands on an endless screen after this was written: knows CR, LF, cursor up, erase to the end of line and below.
std::vector<std::string> screen_of(const std::string& text) {
  std::vector<std::string> rows(1);
  std::size_t row = 0, column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r') {
      column = 0;
    } else if (text[at] == '\n') {
      if (++row == rows.size()) rows.emplace_back();
    } else if (text.substr(at, 2) == "\x1b[") {
      const std::size_t end = text.find_first_not_of("0123456789;?", at + 2);
      const int count = std::atoi(text.c_str() + at + 2);
      if (text[end] == 'A') row -= std::min<std::size_t>(row, static_cast<std::size_t>(count));
      if (text[end] == 'K') rows[row].resize(std::min(rows[row].size(), column));
      if (text[end] == 'J') rows.resize(row + 1);
      if (text[end] == 'J') rows[row].resize(std::min(rows[row].size(), column));
      EXPECT_THAT(std::string("AKJm"), HasSubstr(std::string(1, text[end]))) << "a code that would have to be undone";
      at = end;
    } else {
      if (rows[row].size() <= column) rows[row].resize(column + 1, ' ');
      rows[row][column++] = text[at];
    }
  }
  return rows;
}

class TerminalTest : public testing::Test {
 protected:
  std::string run_command(const std::string& more, const char* scenario = "small") const {
    return fmt::format("{}/bsnsim run configs/scenarios/{}.yaml -O json -o {} {}", BSN_BIN_DIR, scenario,
                       folder_ / "r.json", more);
  }

  TemporaryFolder folder_;
};

std::size_t count_of(const std::vector<std::string>& rows, const std::string& words) {
  std::size_t count = 0;
  for (const std::string& row : rows) count += row.find(words) != std::string::npos;
  return count;
}

TEST_F(TerminalTest, ARunIsRedrawnInPlace) {
  const Seen seen = under_terminal("exec env TERM=xterm NO_COLOR= " + run_command(""), {24, 90, 0, 0});
  EXPECT_EQ(seen.code, 0);
  EXPECT_TRUE(seen.same);
  EXPECT_THAT(seen.text, HasSubstr("\x1b[1msmall, in virtual time\x1b[0m"));
  const std::vector<std::string> rows = screen_of(seen.text);
  EXPECT_EQ(count_of(rows, "small, in virtual time"), 1U) << seen.text;
  EXPECT_EQ(count_of(rows, "checking what every peer has stored"), 1U);
  EXPECT_EQ(rows.back(), "") << "the cursor is below the view";
}

TEST_F(TerminalTest, NoLineIsWiderThanTheTerminalAndNoColorHasNone) {
  const Seen seen = under_terminal("exec env TERM=xterm NO_COLOR=1 " + run_command(""), {24, 30, 0, 0});
  EXPECT_EQ(seen.code, 0);
  EXPECT_THAT(seen.text, Not(testing::ContainsRegex("\x1b\\[[0-9]*m")));
  for (const std::string& row : screen_of(seen.text)) EXPECT_THAT(row.size(), Le(30U)) << row;
}

TEST_F(TerminalTest, CtrlCLeavesTheViewAndTheTerminalAsTheyAre) {
  const Seen seen =
      under_terminal("exec env TERM=xterm " + run_command("", "routing_latency"), {24, 90, 0, 0}, "Slowest cities");
  EXPECT_EQ(seen.code, 105);
  EXPECT_TRUE(seen.same);
  EXPECT_THAT(seen.text, HasSubstr("stopping; once more to stop at once"));
  const std::vector<std::string> rows = screen_of(seen.text);
  EXPECT_EQ(count_of(rows, "routing-latency, in virtual time"), 2U) << "one above the words, one below";
  EXPECT_EQ(count_of(rows, "Slowest cities"), 2U);
  EXPECT_EQ(rows.back(), "");
}

TEST_F(TerminalTest, ADumbTerminalAndAPipeGetPlainLines) {
  const Seen dumb = under_terminal("exec env TERM=dumb " + run_command(""), {24, 90, 0, 0});
  EXPECT_EQ(dumb.code, 0);
  EXPECT_THAT(dumb.text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(dumb.text, HasSubstr("checking what every peer has stored"));
  ASSERT_EQ(std::system(("TERM=xterm " + run_command("2>") + (folder_ / "err")).c_str()), 0);
  const std::string piped = text_of(folder_ / "err");
  EXPECT_THAT(piped, Not(HasSubstr("\x1b")));
  EXPECT_THAT(piped, HasSubstr("waiting for leaders and first blocks\n"));
}

TEST_F(TerminalTest, ARunningClusterIsWatchedUntilCtrlC) {
  const std::string bsnsim = fmt::format("XDG_RUNTIME_DIR={} {}/bsnsim ", folder_.path(), BSN_BIN_DIR);
  EXPECT_NE(std::system((bsnsim + "status --watch >/dev/null 2>&1").c_str()), 0) << "nothing runs";
  ASSERT_EQ(std::system((bsnsim + "up configs/topologies/small.yaml -q --no-fsync >/dev/null").c_str()), 0);
  EXPECT_EQ(std::system((bsnsim + "call query fabric/supply-chain kv get colour >/dev/null").c_str()), 0);
  const Seen seen =
      under_terminal("exec env TERM=xterm " + bsnsim + "status --watch", {24, 90, 0, 0}, "9 city nodes: 1 building");
  EXPECT_EQ(seen.code, 0);
  EXPECT_TRUE(seen.same);
  EXPECT_THAT(screen_of(seen.text), testing::Contains(testing::StartsWith("cluster default, topology small")));
  EXPECT_EQ(std::system((bsnsim + "down >/dev/null").c_str()), 0);
}

TEST_F(TerminalTest, QuietIsQuiet) {
  const Seen seen = under_terminal("exec env TERM=xterm " + run_command("--quiet"), {24, 90, 0, 0});
  EXPECT_EQ(seen.code, 0);
  EXPECT_EQ(seen.text, "");
}

}  // namespace
}  // namespace bsn
