// bsnsim as a client of a gateway that speaks TLS, which nobody has commissioned.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>

#include "sim/live/child.h"
#include "tests/fixtures/certificates.h"
#include "tests/live/commanded_cluster.h"

namespace bsn {
namespace {

// Runs bsnsim, without a cluster.
class TlsGateway : public CommandedCluster {
 protected:
  TlsGateway() : CommandedCluster("none") {}

  void SetUp() override {
    ProcessOptions start;
    start.executable = std::string(BSN_BIN_DIR) + "/bsn-gateway";
    start.arguments = {"--listen",        "127.0.0.1:0", "--data-dir",       folder_ / "data",
                       "--tls-cert",      files_.server, "--tls-key",        files_.server_key,
                       "--tls-client-ca", files_.ca,     "--die-with-parent"};
    start.log_path = folder_ / "log";
    gateway_.name = "gateway";
    gateway_.log = start.log_path;
    auto process = Process::start(start);
    ASSERT_TRUE(process) << process.error().message;
    gateway_.process = std::move(*process);
    const auto there =
        wait_for_addresses({&gateway_}, std::chrono::steady_clock::now() + std::chrono::seconds(20), nullptr);
    ASSERT_TRUE(there) << there.error().message;
  }

  void TearDown() override {
    gateway_.process.signal(SIGTERM);
    gateway_.process.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(10));
  }

  Outcome look(const std::string& tls) const {
    return run("status gateway --json --gateway " + gateway_.address + " " + tls);
  }

  test::Certificates files_;
  TemporaryFolder folder_;
  Child gateway_;
};

TEST_F(TlsGateway, IsReachedByWhoBelievesItAndIsBelieved) {
  const std::string ours = " --tls-cert " + files_.client + " --tls-key " + files_.client_key;
  const Outcome seen = look("--tls-ca " + files_.ca + ours);
  ASSERT_EQ(seen.code, 0) << seen.err;
  const auto clients = boost::json::parse(seen.out).at("clients").as_array();
  ASSERT_EQ(clients.size(), 1u) << "bsnsim itself";
  EXPECT_TRUE(clients[0].at("tls").as_bool());
  EXPECT_EQ(look("--tls-ca " + files_.stranger_ca + ours).code, 1);
  EXPECT_EQ(look("--tls-ca " + files_.ca).code, 1) << "it wants a certificate";
  EXPECT_EQ(look("").code, 1) << "it speaks TLS only";
  const Outcome counted = look("--tls-ca " + files_.ca + ours);
  EXPECT_GE(boost::json::parse(counted.out).at("handshakes_failed").as_int64(), 3) << counted.out;

  const Outcome call = run("call query fabric kv get colour --access-key none --gateway " + gateway_.address +
                           " --tls-ca " + files_.ca + ours);
  EXPECT_NE(call.out.find("UNAVAILABLE"), std::string::npos) << call.out << call.err;
  EXPECT_NE(call.out.find("commissioned"), std::string::npos) << "the gateway's own word: " << call.out;
}

TEST_F(TlsGateway, FilesThatAreMissingAreNamed) {
  const Outcome missing = look("--tls-ca /nowhere/ca.pem");
  EXPECT_EQ(missing.code, 104);
  EXPECT_NE(missing.err.find("/nowhere/ca.pem"), std::string::npos) << missing.err;
  EXPECT_EQ(look("--tls-ca " + files_.ca + " --tls-cert " + files_.client).code, 104) << "without its key";
}

}  // namespace
}  // namespace bsn
