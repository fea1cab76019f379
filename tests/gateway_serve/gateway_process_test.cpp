// The program bsn-gateway as a launcher sees it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

class GatewayProcess {
 public:
  explicit GatewayProcess(const std::string& folder, const std::string& listen = "127.0.0.1:0") {
    int out[2];
    EXPECT_EQ(pipe(out), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      close(out[1]);
      execl(BSN_GATEWAY_BINARY, BSN_GATEWAY_BINARY, "--listen", listen.c_str(), "--data-dir", folder.c_str(),
            "--die-with-parent", nullptr);
      _exit(127);
    }
    close(out[1]);
    FILE* lines = fdopen(out[0], "r");
    char line[256] = "";
    if (fgets(line, sizeof(line), lines)) first_line = line;
    fclose(lines);
  }
  ~GatewayProcess() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    wait();
  }

  void signal(int number) { kill(pid_, number); }

  // Its exit code; -1: ended by a signal, or waited for before.
  int wait() {
    int status = 0;
    if (pid_ <= 0 || waitpid(pid_, &status, 0) != pid_) return -1;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string address() const { return first_line.substr(10, first_line.size() - 11); }

  std::string first_line;

 private:
  pid_t pid_ = 0;
};

TEST(GatewayProcess, SaysWhereItListensAndEndsWithZeroOnSigterm) {
  TemporaryFolder folder;
  GatewayProcess gateway(folder.path());
  EXPECT_EQ(gateway.first_line.rfind("listening 127.0.0.1:", 0), 0u) << gateway.first_line;
  gateway.signal(SIGTERM);
  EXPECT_EQ(gateway.wait(), 0);
}

TEST(GatewayProcess, AnswersWhatIsUnderWayBeforeItEnds) {
  TemporaryFolder folder;
  FakeNode node;
  GatewaySpec spec = small_network();
  spec.wan.enabled = false;
  spec.cities[tianjin.value].address = node.address;
  GatewayProcess gateway(folder.path());
  Client client(gateway.address());
  ASSERT_TRUE(client.commission(spec).ok());
  ASSERT_TRUE(client.wait_until_serving());
  node.answer_with([&](const v1::NodeCall&) {
    gateway.signal(SIGTERM);
    return v1::Reply();
  });
  EXPECT_TRUE(client.submit(submit()).ok());
  EXPECT_EQ(gateway.wait(), 0);
}

TEST(GatewayProcess, AfterKillItComesBackCommissioned) {
  TemporaryFolder folder;
  {
    GatewayProcess gateway(folder.path());
    Client client(gateway.address());
    const grpc::Status commissioned = client.commission(small_network());
    ASSERT_TRUE(commissioned.ok()) << commissioned.error_message();
    gateway.signal(SIGKILL);
    EXPECT_EQ(gateway.wait(), -1);
  }
  GatewayProcess again(folder.path());
  Client client(again.address());
  EXPECT_TRUE(client.wait_until_serving());
  EXPECT_EQ(client.commission(small_network()).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(GatewayProcess, APortInUseIsSaidAndEndsIt) {
  TemporaryFolder folder, other;
  GatewayProcess first(folder.path());
  GatewayProcess second(other.path(), first.address());
  EXPECT_EQ(second.first_line, "");
  EXPECT_EQ(second.wait(), 1);
}

}  // namespace
}  // namespace bsn
