// The program bsn-node itself: started, commissioned, killed, started again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <utility>
#include <vector>

#include "proto/codec.h"
#include "proto/health.grpc.pb.h"
#include "rpc/refusal.h"
#include "tests/node_serve/node_cluster.h"

namespace bsn {
namespace {

// A pipe whose writing end goes to a child.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    BSN_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe");
    reading = ends[0];
    writing = ends[1];
  }
  ~Pipe() {
    close(reading);
    close_writing();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void close_writing() {
    if (writing >= 0) close(std::exchange(writing, -1));
  }

  // Up to the next line break, or the end.
  std::string line() const {
    std::string text;
    char byte = 0;
    while (read(reading, &byte, 1) == 1 && byte != '\n') text += byte;
    return text;
  }

  // Everything up to the end: when all who hold the writing end are gone.
  std::string rest() const {
    std::string text;
    for (char byte = 0; read(reading, &byte, 1) == 1;) text += byte;
    return text;
  }

  int reading = -1;
  int writing = -1;
};

// A running program; killed at the end of the test.
class Program {
 public:
  explicit Program(std::vector<std::string> command) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output_.writing, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log_.writing, STDERR_FILENO);
    std::vector<char*> list;
    for (std::string& argument : command) list.push_back(argument.data());
    list.push_back(nullptr);
    BSN_CHECK(posix_spawn(&pid_, list[0], &actions, nullptr, list.data(), environ) == 0, "the program starts");
    posix_spawn_file_actions_destroy(&actions);
    output_.close_writing();
    log_.close_writing();
  }
  // bsn-node.
  Program(const std::string& data_dir, const std::string& listen)
      : Program({BSN_NODE_BINARY, "--data-dir", data_dir, "--listen", listen}) {}
  ~Program() {
    if (pid_ > 0) end(SIGKILL);
  }

  pid_t pid() const { return pid_; }

  // The address it announced; empty when it ended first.
  std::string address() const {
    const std::string line = output_.line();
    return line.starts_with("listening ") ? line.substr(10) : std::string();
  }

  // What it logged, to its end.
  std::string log() const { return log_.rest(); }

  // Waits until nobody holds its standard output any more: it and its children are gone. False: not within 10 s.
  bool wait_for_silence() const {
    pollfd watched{output_.reading, POLLIN, 0};
    return poll(&watched, 1, 10'000) == 1 && output_.rest().empty();
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
  Pipe output_, log_;
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

grpc::Status commission(const std::string& address, const NodeSpec& spec = lonely_spec()) {
  v1::CommissionResponse response;
  const auto stub = v1::NodeControl::NewStub(open_channel(address));
  return stub->Commission(within().get(), encode(spec), &response);
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

// What grpc.health.v1 says of the whole server.
grpc::health::v1::HealthCheckResponse::ServingStatus health_of(const std::string& address) {
  const auto stub = grpc::health::v1::Health::NewStub(open_channel(address));
  grpc::health::v1::HealthCheckResponse response;
  EXPECT_TRUE(stub->Check(within().get(), {}, &response).ok());
  return response.status();
}

TEST(NodeProcess, TheHealthServiceSaysServingOnceItIsCommissioned) {
  const TemporaryFolder folder;
  std::string address;
  {
    Program program(folder.path(), "127.0.0.1:0");
    address = program.address();
    EXPECT_EQ(health_of(address), grpc::health::v1::HealthCheckResponse::NOT_SERVING);
    ASSERT_TRUE(commission(address).ok());
    EXPECT_EQ(health_of(address), grpc::health::v1::HealthCheckResponse::SERVING);
  }
  Program again(folder.path(), address);
  ASSERT_EQ(again.address(), address);
  EXPECT_EQ(health_of(address), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST(NodeProcess, TheHealthServiceNeverSaysServingOfACityThatIsBeingBuilt) {
  const TemporaryFolder folder;
  Program program(folder.path(), "127.0.0.1:0");
  const std::string address = program.address();
  NodeSpec spec = lonely_spec();
  spec.cities[0].state = CityState::building;
  spec.chains.clear();
  ASSERT_TRUE(commission(address, spec).ok());
  EXPECT_EQ(health_of(address), grpc::health::v1::HealthCheckResponse::NOT_SERVING);
}

TEST(NodeProcess, EndsWithItsParentWhenToldTo) {
  const TemporaryFolder folder;
  const std::string start = BSN_NODE_BINARY " --die-with-parent --data-dir " + folder.path() + " & wait";
  Program parent({"/bin/sh", "-c", start});
  EXPECT_FALSE(parent.address().empty());
  parent.end(SIGKILL);
  EXPECT_TRUE(parent.wait_for_silence());
  EXPECT_TRUE(DataDir::open(folder.path()).ok()) << "its folder is free again";
}

TEST(NodeProcess, EndsAtOnceWhenItsStoreCannotBeWritten) {
  const TemporaryFolder folder;
  Program program(folder.path(), "127.0.0.1:0");
  const std::string address = program.address();
  ASSERT_TRUE(commission(address).ok());
  const auto stub = v1::CityNode::NewStub(open_channel(address));
  const auto put = [&](int number) {
    v1::SubmitRequest request = put_request(std::to_string(number));
    request.set_args(1, std::string(50'000, 'x'));
    return request;
  };
  ASSERT_EQ(put_until_ok(*stub, put(0)).status, Status::ok);
  const rlimit limit{1 << 20, 1 << 20};
  ASSERT_EQ(prlimit(program.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  int acknowledged = 1;
  Reply reply;
  for (; acknowledged < 100; ++acknowledged) {
    v1::Reply response;
    reply = received_reply(stub->Submit(within().get(), put(acknowledged), &response), response);
    if (reply.status != Status::ok) break;
  }
  EXPECT_EQ(reply.status, Status::unavailable) << "its caller hears only that the node is gone";
  const int status = program.end(0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
  const std::string log = program.log();
  EXPECT_NE(log.find("critical"), std::string::npos) << log;
  EXPECT_NE(log.find("the store can't be written"), std::string::npos) << log;

  Program again(folder.path(), address);
  ASSERT_EQ(again.address(), address);
  const auto stub_again = v1::CityNode::NewStub(open_channel(address));
  for (int i = 0; i < acknowledged; ++i) {
    EXPECT_EQ(put_until_ok(*stub_again, put(i)).status, Status::ok) << "acknowledged, then lost: " << i;
  }
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
