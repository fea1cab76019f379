#include "sim/live/process.h"

#include <gtest/gtest.h>

#include <csignal>

#include "loop/temporary_folder.h"
#include "sim/live/child.h"
#include "sim/live/endpoints.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

std::chrono::steady_clock::time_point soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

Child shell_child(const TemporaryFolder& folder, const std::string& script) {
  Child child;
  child.name = "suzhou";
  child.log = folder / "suzhou.log";
  auto process = Process::start({"/bin/sh", {"-c", script}, child.log, 0});
  EXPECT_TRUE(process) << process.error().message;
  child.process = std::move(*process);
  return child;
}

TEST(Process, AMissingBinaryIsAnErrorThatNamesIt) {
  const TemporaryFolder folder;
  const auto process = Process::start({folder / "no-such-binary", {}, folder / "log", 0});
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("no-such-binary"), std::string::npos) << process.error().message;
}

TEST(Process, TellsHowAChildEnded) {
  const TemporaryFolder folder;
  Child exits = shell_child(folder, "exit 3");
  ASSERT_TRUE(exits.process.wait_until(soon()));
  EXPECT_EQ(describe_exit(*exits.process.exit_status()), "exited with status 3");
  Child killed = shell_child(folder, "read nothing_ever_comes </dev/tty; kill -9 $$");
  killed.process.signal(SIGKILL);
  ASSERT_TRUE(killed.process.wait_until(soon()));
  EXPECT_EQ(describe_exit(*killed.process.exit_status()), "killed by signal 9 (Killed)");
}

TEST(Child, AnnouncesItsAddressWithOneLine) {
  const TemporaryFolder folder;
  Child child = shell_child(folder, "echo listening 127.0.0.1:40001; exec cat");
  ASSERT_TRUE(wait_for_addresses({&child}, soon(), nullptr));
  EXPECT_EQ(child.address, "127.0.0.1:40001");
  child.process.signal(SIGKILL);
  EXPECT_TRUE(child.process.wait_until(soon()));
}

TEST(Child, ADeathAtStartIsReportedAtOnceWithTheLastLines) {
  const TemporaryFolder folder;
  Child child = shell_child(folder, "echo the disk is full >&2; exit 7");
  const auto done = wait_for_addresses({&child}, soon(), nullptr);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("suzhou exited with status 7"), std::string::npos) << done.error().message;
  EXPECT_NE(done.error().message.find("the disk is full"), std::string::npos) << done.error().message;
}

TEST(Child, AWishToStopEndsTheWait) {
  const TemporaryFolder folder;
  Child silent = shell_child(folder, "exec cat /dev/zero >/dev/null");
  const std::atomic<bool> stop = true;
  const auto done = wait_for_addresses({&silent}, soon(), &stop);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::stopped);
  silent.process.signal(SIGKILL);
  EXPECT_TRUE(silent.process.wait_until(soon()));
}

TEST(TailOf, GivesTheLastLinesOfALog) {
  const TemporaryFolder folder;
  write_text(folder / "log", "one\ntwo\nthree\n");
  EXPECT_EQ(tail_of(folder / "log", 2), "  two\n  three\n");
  EXPECT_EQ(tail_of(folder / "nothing", 2), "");
}

TEST(Endpoints, AreReadBackAsTheyWereWritten) {
  const TemporaryFolder folder;
  Endpoints written;
  written.topology = "small";
  written.run_dir = folder.path();
  written.access_key = "key";
  written.gateway = {"gateway", "", {}, "127.0.0.1:1", "log", getpid(), process_started(getpid())};
  written.city_nodes.push_back({"suzhou", "connected", {"fabric/supply-chain"}, "127.0.0.1:2", "log2", 1, 5});
  ASSERT_TRUE(write_endpoints(written));
  const auto read = read_endpoints(folder.path());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->gateway.grpc, "127.0.0.1:1");
  ASSERT_EQ(read->city_nodes.size(), 1u);
  EXPECT_EQ(read->city_nodes[0].networks, written.city_nodes[0].networks);
  EXPECT_TRUE(still_running(read->gateway));
  EXPECT_FALSE(still_running(read->city_nodes[0])) << "a pid that was used again is not the process";
}

TEST(Endpoints, AForeignFileIsSaidToBeOne) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_endpoints(folder.path()).error().code, ErrorCode::unavailable);
  for (const char* text : {"", "{}", "[1]", "{\"version\":1,\"gateway\":7}", "\xff\xfe"}) {
    write_text(folder / "endpoints.json", text);
    const auto read = read_endpoints(folder.path());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt) << text;
  }
}

}  // namespace
}  // namespace bsn
