// The gateway behind TLS: gRPC C++'s client, and curl on both of its addresses.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/fixtures/certificates.h"
#include "tests/fixtures/raw_http.h"
#include "tests/fixtures/text_file.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

// A gateway that nobody has commissioned: health and refusals are all that is asked of it.
struct TlsGateway {
  explicit TlsGateway(bool ask_clients = false) {
    GatewayOptions options;
    options.data_dir = folder.path();
    options.http = "127.0.0.1:0";
    options.tls = {files.server, files.server_key, ask_clients ? files.ca : ""};
    auto started = GatewayServer::start(options);
    EXPECT_TRUE(started.ok()) << (started ? "" : started.error().message);
    server = std::move(*started);
  }

  // What curl gets from a path of the HTTP address, then its exit status.
  std::string curl(const std::string& more, const std::string& path = "/healthz") const {
    const std::string command =
        "curl -sS --max-time 20 " + more + " https://" + server->http_address() + path + " 2>&1; echo \" exit $?\"";
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> part;
    for (std::size_t count = 0; pipe && (count = fread(part.data(), 1, part.size(), pipe)) > 0;) {
      output.append(part.data(), count);
    }
    if (pipe) pclose(pipe);
    return output;
  }

  Certificates files;
  TemporaryFolder folder;
  std::unique_ptr<GatewayServer> server;
};

grpc::Status health(const std::string& address, const std::string& ca, const std::string& certificate = "",
                    const std::string& key = "") {
  grpc::SslCredentialsOptions trust;
  trust.pem_root_certs = text_of(ca);
  if (!certificate.empty()) trust.pem_cert_chain = text_of(certificate);
  if (!key.empty()) trust.pem_private_key = text_of(key);
  const auto stub = grpc::health::v1::Health::NewStub(grpc::CreateChannel(address, grpc::SslCredentials(trust)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::health::v1::HealthCheckResponse response;
  return stub->Check(&context, {}, &response);
}

TEST(GatewayTls, GrpcIsServedToWhoBelievesTheAuthority) {
  const TlsGateway live;
  EXPECT_TRUE(health(live.server->address(), live.files.ca).ok());
  EXPECT_EQ(health(live.server->address(), live.files.stranger_ca).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(GatewayTls, WithAClientAuthorityOnlyItsClientsAreServed) {
  const TlsGateway live(true);
  const Certificates& files = live.files;
  EXPECT_TRUE(health(live.server->address(), files.ca, files.client, files.client_key).ok());
  EXPECT_FALSE(health(live.server->address(), files.ca).ok());
  EXPECT_FALSE(health(live.server->address(), files.ca, files.stranger, files.stranger_key).ok());
}

TEST(GatewayTls, HttpIsServedToCurl) {
  const TlsGateway live;
  const std::string served = live.curl("--cacert " + live.files.ca);
  EXPECT_NE(served.find("NOT_SERVING"), std::string::npos) << served;
  EXPECT_NE(served.find("exit 0"), std::string::npos) << served;
  const std::string strange = live.curl("--cacert " + live.files.stranger_ca);
  EXPECT_NE(strange.find("exit 60"), std::string::npos) << "its verdict on a certificate: " << strange;
}

TEST(GatewayTls, HttpWithAClientAuthorityWantsACertificate) {
  const TlsGateway live(true);
  const std::string ca = "--cacert " + live.files.ca;
  EXPECT_EQ(live.curl(ca).find("SERVING"), std::string::npos);
  const std::string known = live.curl(ca + " --cert " + live.files.client + " --key " + live.files.client_key);
  EXPECT_NE(known.find("NOT_SERVING"), std::string::npos) << known;
}

TEST(GatewayTls, HttpInTheClearIsToldWhatIsWanted) {
  const TlsGateway live;
  RawHttp client(live.server->http_address());
  const Answer answer = client.get("/healthz");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_NE(answer.body().find("HTTPS only"), std::string::npos);
}

TEST(GatewayTls, AKeyThatIsNotTheCertificatesStopsTheStart) {
  const Certificates files;
  const TemporaryFolder folder;
  GatewayOptions options;
  options.data_dir = folder.path();
  options.tls = {files.server, files.client_key, ""};
  const auto started = GatewayServer::start(options);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("client.key"), std::string::npos) << started.error().message;
}

}  // namespace
}  // namespace bsn
