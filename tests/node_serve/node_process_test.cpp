// The program bsn-node itself: started, commissioned, killed, started again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>

#include "proto/codec.h"
#include "rpc/refusal.h"
#include "tests/node_serve/node_cluster.h"

namespace bsn {
namespace {

// A running bsn-node; killed at the end of the test.
class Program {
 public:
  Program(const std::string& data_dir, const std::string& listen) {
    std::array<int, 2> ends{};
    BSN_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::array<std::string, 5> arguments{BSN_NODE_BINARY, "--data-dir", data_dir, "--listen", listen};
    std::array<char*, 6> list{};
    for (std::size_t i = 0; i < arguments.size(); ++i) list[i] = arguments[i].data();
    BSN_CHECK(posix_spawn(&pid_, BSN_NODE_BINARY, &actions, nullptr, list.data(), environ) == 0, "bsn-node starts");
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
  }
  ~Program() {
    if (pid_ > 0) end(SIGKILL);
    close(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // The address it announced; empty when it ended first.
  std::string address() const {
    std::string line;
    char byte = 0;
    while (read(output_, &byte, 1) == 1 && byte != '\n') line += byte;
    return line.starts_with("listening ") ? line.substr(10) : std::string();
  }

  // Sends the signal (0: none) and waits for the end; the wait status.
  int end(int signal) {
    if (signal != 0) kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

NodeSpec lonely_spec() {
  NodeSpec spec;
  CitySpec city;
  city.name = "beijing";
  spec.cities = {city};
  spec.durability = Durability::fsync;
  ChainSpec chain;
  chain.name = test_chain;
  chain.engine = RaftParameters{milliseconds(50), milliseconds(300), milliseconds(5), 5, 64};
  chain.validators = {{0}};
  spec.chains = {chain};
  return spec;
}

grpc::Status commission(const std::string& address) {
  v1::CommissionResponse response;
  const auto stub = v1::NodeControl::NewStub(open_channel(address));
  return stub->Commission(within().get(), encode(lonely_spec()), &response);
}

Reply put_until_ok(v1::CityNode::Stub& stub, const v1::SubmitRequest& request) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  Reply reply;
  do {
    v1::Reply response;
    reply = received_reply(stub.Submit(within().get(), request, &response), response);
  } while (reply.status != Status::ok && std::chrono::steady_clock::now() < deadline);
  return reply;
}

TEST(NodeProcess, ComesBackAfterKillMinusNineWithAllThatItAcknowledged) {
  const TemporaryFolder folder;
  std::string address = "127.0.0.1:0";
  std::map<std::string, Reply> acknowledged;
  for (int life = 0; life < 3; ++life) {
    Program program(folder.path(), address);
    address = program.address();
    ASSERT_FALSE(address.empty());
    if (life == 0) {
      ASSERT_TRUE(commission(address).ok());
    }
    const auto stub = v1::CityNode::NewStub(open_channel(address));
    for (const auto& [key, first] : acknowledged) {
      const Reply again = put_until_ok(*stub, put_request(key));
      EXPECT_EQ(again.height, first.height) << "the same key gives the first result: " << key;
      EXPECT_EQ(again.transaction, first.transaction);
    }
    for (int i = 0; i < 10; ++i) {
      const std::string key = "life-" + std::to_string(life) + "-" + std::to_string(i);
      acknowledged[key] = put_until_ok(*stub, put_request(key));
      ASSERT_EQ(acknowledged[key].status, Status::ok) << acknowledged[key].message;
    }
    EXPECT_TRUE(WIFSIGNALED(program.end(SIGKILL)));
  }
}

TEST(NodeProcess, StopsOnSigtermWithinTwoSeconds) {
  const TemporaryFolder folder;
  Program program(folder.path(), "127.0.0.1:0");
  const std::string address = program.address();
  ASSERT_TRUE(commission(address).ok());
  const Instant before = monotonic_now();
  const int status = program.end(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_LT(monotonic_now() - before, seconds(2));
}

TEST(NodeProcess, RefusesASecondCommissionAndAFolderInUse) {
  const TemporaryFolder folder;
  Program first(folder.path(), "127.0.0.1:0");
  const std::string address = first.address();
  ASSERT_TRUE(commission(address).ok());
  EXPECT_EQ(commission(address).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  Program second(folder.path(), "127.0.0.1:0");
  EXPECT_EQ(second.address(), "");
  EXPECT_EQ(WEXITSTATUS(second.end(0)), 1);
}

TEST(NodeProcess, RefusesAnAddressThatIsTaken) {
  const TemporaryFolder one, other;
  Program first(one.path(), "127.0.0.1:0");
  const std::string address = first.address();
  Program second(other.path(), address);
  EXPECT_EQ(second.address(), "");
  EXPECT_EQ(WEXITSTATUS(second.end(0)), 1);
}

}  // namespace
}  // namespace bsn
