// The program bsn-gateway as a launcher sees it.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fixtures/certificates.h"
#include "tests/fixtures/text_file.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

class GatewayProcess {
 public:
  explicit GatewayProcess(const std::string& folder, const std::string& listen = "127.0.0.1:0",
                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {BSN_GATEWAY_BINARY, "--listen", listen,
                                      "--data-dir",       folder,     "--die-with-parent"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int out[2];
    EXPECT_EQ(pipe(out), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      close(out[1]);
      execv(BSN_GATEWAY_BINARY, arguments.data());
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

  std::string address() const { return word(1); }
  std::string http_address() const { return word(2); }  // with --http

  std::string first_line;

 private:
  // Of "listening ADDRESS [ADDRESS]".
  std::string word(std::size_t number) const {
    std::istringstream words(first_line);
    std::string found;
    for (std::size_t i = 0; i <= number; ++i) words >> found;
    return found;
  }

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

// The whole way that a wallet's socket goes: another people's client, TLS, WebSocket, the dialect.
TEST(GatewayProcess, AWebSocketOverTlsSpeaksEthereumToWhoBelievesTheAuthority) {
  const Certificates files;
  const TemporaryFolder folder;
  const GatewayProcess gateway(folder.path(), "127.0.0.1:0",
                               {"--http", "127.0.0.1:0", "--tls-cert", files.server, "--tls-key", files.server_key});
  grpc::SslCredentialsOptions trust;
  trust.pem_root_certs = text_of(files.ca);
  const auto channel = grpc::CreateChannel(gateway.address(), grpc::SslCredentials(trust));
  FakeNode node;
  GatewaySpec spec = small_network();
  spec.wan.enabled = false;
  spec.cities[tianjin.value].address = node.address;
  spec.routes[0].native = {"ETH-Mainnet", "ethereum", 1337};
  grpc::ClientContext context, watching;
  v1::CommissionResponse response;
  const grpc::Status commissioned = v1::GatewayControl::NewStub(channel)->Commission(&context, encode(spec), &response);
  ASSERT_TRUE(commissioned.ok()) << commissioned.error_message();
  watching.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const auto watch = grpc::health::v1::Health::NewStub(channel)->Watch(&watching, {});
  grpc::health::v1::HealthCheckResponse health;
  while (health.status() != grpc::health::v1::HealthCheckResponse::SERVING) {
    ASSERT_TRUE(watch->Read(&health));
  }
  const auto ask_for_chain_id = [&](const std::string& authority) {
    const std::string command = "timeout 30 env NODE_PATH=build/npm/node_modules NODE_EXTRA_CA_CERTS=" + authority +
                                " node tests/gateway_serve/peers/wss_peer.js wss://" + gateway.http_address() +
                                "/api/all/all-key/ETH-Mainnet/ 2>&1";
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> part;
    for (std::size_t count = 0; pipe && (count = fread(part.data(), 1, part.size(), pipe)) > 0;) {
      output.append(part.data(), count);
    }
    if (pipe) pclose(pipe);
    return output;
  };
  EXPECT_EQ(ask_for_chain_id(files.ca), "0x539\n") << "Is ws there? scripts/install_dependencies.sh installs it.";
  const std::string strange = ask_for_chain_id(files.stranger_ca);
  EXPECT_EQ(strange.find("0x539"), std::string::npos);
  EXPECT_NE(strange.find("certificate"), std::string::npos) << strange;
}

}  // namespace
}  // namespace bsn
