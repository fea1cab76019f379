// TLS: who is let in, who is told why not, and what half a handshake costs.
#include "h2/tls.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstring>
#include <future>

#include "tests/fixtures/certificates.h"
#include "tests/fixtures/text_file.h"
#include "tests/h2/echo_server.h"
#include "tests/h2/raw_client.h"
#include "tests/h2/talk.h"

namespace bsn::h2 {
namespace {

using namespace test;
using bsn::test::Certificates;

using Pointer = std::shared_ptr<const Tls>;

Pointer server_tls(const Certificates& files, bool ask_clients = false) {
  return Tls::for_server({files.server, files.server_key, ask_clients ? files.ca : ""}, "h2").value();
}

Pointer client_tls(const std::string& ca, const std::string& certificate = "", const std::string& key = "") {
  return Tls::for_client({ca, certificate, key}, "h2").value();
}

// What OpenSSL itself has to say to a server: any version, any protocol.
class Handshake {
 public:
  Handshake(const std::string& address, const char* protocol, int version, const Certificates& files)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), bio_(BIO_new_connect(address.c_str()), BIO_free_all) {
    SSL_CTX_load_verify_locations(context_.get(), files.ca.c_str(), nullptr);
    SSL_CTX_set_security_level(context_.get(), 0);  // else it would not even offer TLS 1.1
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    EXPECT_EQ(BIO_do_connect(bio_.get()), 1);
    ssl_ = {SSL_new(context_.get()), SSL_free};
    const std::string offered = static_cast<char>(std::strlen(protocol)) + std::string(protocol);
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned>(offered.size()));
    BIO_up_ref(bio_.get());
    SSL_set_bio(ssl_.get(), bio_.get(), bio_.get());
    done_ = SSL_connect(ssl_.get()) == 1;
  }

  bool done() const { return done_; }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  // Whether the server ends the connection when asked to negotiate anew.
  bool renegotiates() {
    char byte = 0;
    if (SSL_renegotiate(ssl_.get()) != 1 || SSL_do_handshake(ssl_.get()) != 1) return false;
    while (SSL_renegotiate_pending(ssl_.get()) == 1) {
      if (SSL_read(ssl_.get(), &byte, 1) <= 0) return false;
    }
    return true;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<BIO, decltype(&BIO_free_all)> bio_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  bool done_ = false;
};

TEST(Tls, AStreamGoesBothWays) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files));
  Talk talk(server.address, "/t/Stream", client_tls(files.ca));
  talk.send({"one", "", std::string(3'000'000, 'x')});
  EXPECT_EQ(talk.messages(3), (std::vector<std::string>{"one", "", std::string(3'000'000, 'x')}));
}

TEST(Tls, GrpcsOwnClientIsServed) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files, true));
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = text_of(files.ca);
  options.pem_cert_chain = text_of(files.client);
  options.pem_private_key = text_of(files.client_key);
  grpc::GenericStub stub(grpc::CreateChannel(server.address, grpc::SslCredentials(options)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const grpc::Slice hello("hello");
  grpc::ByteBuffer request(&hello, 1), response;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, "/t/Echo", {}, &request, &response,
                 [&](const grpc::Status& status) { ended.set_value(status); });
  const grpc::Status status = ended.get_future().get();
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::Slice slice;
  ASSERT_TRUE(response.DumpToSingleSlice(&slice).ok());
  EXPECT_EQ(std::string(slice.begin(), slice.end()), "hello");
}

TEST(Tls, AServerThatNobodyVouchesForIsNotBelieved) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files));
  Talk talk(server.address, "/t/Stream", client_tls(files.stranger_ca));
  const Outcome outcome = talk.outcome();
  EXPECT_EQ(outcome.code, static_cast<int>(Code::unavailable));
  EXPECT_NE(outcome.message.find("certificate verify failed"), std::string::npos) << outcome.message;
  EXPECT_NE(outcome.message.find(server.address), std::string::npos) << outcome.message;
}

TEST(Tls, AClientWithoutACertificateIsRefusedWhereOneIsAskedFor) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files, true));
  Talk nobody(server.address, "/t/Stream", client_tls(files.ca));
  EXPECT_NE(nobody.outcome().message.find("certificate required"), std::string::npos) << nobody.outcome().message;
  Talk stranger(server.address, "/t/Stream", client_tls(files.ca, files.stranger, files.stranger_key));
  EXPECT_NE(stranger.outcome().message.find("unknown ca"), std::string::npos) << stranger.outcome().message;
  Talk known(server.address, "/t/Stream", client_tls(files.ca, files.client, files.client_key));
  known.send({"hello"});
  EXPECT_EQ(known.messages(1), std::vector<std::string>{"hello"});
  EXPECT_EQ(server.server->counts().handshakes_failed, 2u);
  EXPECT_EQ(server.started, 1);
}

TEST(Tls, InTheClearOnAnAddressOfTlsIsToldSo) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files));
  RawClient client(server.address);
  const auto goaway = client.read_until(GOAWAY);
  ASSERT_TRUE(goaway);
  EXPECT_EQ(goaway->error(), 0xcu) << "INADEQUATE_SECURITY";
  EXPECT_NE(goaway->payload.find("TLS only"), std::string::npos);
  EXPECT_EQ(server.server->counts().handshakes_failed, 1u);
}

TEST(Tls, TlsOnAnAddressInTheClearIsToldSo) {
  const Certificates files;
  EchoServer server;
  const Outcome outcome = Talk(server.address, "/t/Stream", client_tls(files.ca)).outcome();
  EXPECT_EQ(outcome.code, static_cast<int>(Code::unavailable));
  EXPECT_NE(outcome.message.find("no TLS with " + server.address), std::string::npos) << outcome.message;
}

TEST(Tls, OldVersionsOtherProtocolsAndRenegotiationAreRefused) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files));
  EXPECT_FALSE(Handshake(server.address, "h2", TLS1_1_VERSION, files).done());
  EXPECT_FALSE(Handshake(server.address, "http/1.1", TLS1_3_VERSION, files).done());
  Handshake old(server.address, "h2", TLS1_2_VERSION, files);
  EXPECT_TRUE(old.done());
  EXPECT_EQ(old.version(), "TLSv1.2");
  EXPECT_FALSE(old.renegotiates());
  Handshake now(server.address, "h2", TLS1_3_VERSION, files);
  EXPECT_TRUE(now.done());
  EXPECT_EQ(now.version(), "TLSv1.3");
}

TEST(Tls, WhoStartsAHandshakeAndSaysNoMoreIsClosedInTime) {
  const Certificates files;
  Budgets budgets;
  budgets.greeting = std::chrono::milliseconds(300);
  EchoServer server(budgets, 1, server_tls(files));
  RawClient silent(server.address, false), half(server.address, false);
  half.write(std::string("\x16\x03\x01\x02\x00\x01", 6));  // the beginning of a hello of 512 bytes
  std::optional<std::uint32_t> code;
  EXPECT_TRUE(silent.ended_by(code));
  EXPECT_TRUE(half.ended_by(code));
}

TEST(Tls, OfTooManyHalfDoneHandshakesTheOldestGoesAndOthersAreServed) {
  const Certificates files;
  Budgets budgets;
  budgets.handshakes = 4;
  EchoServer server(budgets, 1, server_tls(files));
  std::vector<std::unique_ptr<RawClient>> halves;
  for (int i = 0; i < 8; ++i) {
    halves.push_back(std::make_unique<RawClient>(server.address, false));
    halves.back()->write(std::string("\x16\x03\x01\x02\x00\x01", 6));
  }
  std::optional<std::uint32_t> code;
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(halves[i]->ended_by(code)) << i;
  Talk talk(server.address, "/t/Stream", client_tls(files.ca));
  talk.send({"hello"});
  EXPECT_EQ(talk.messages(1), std::vector<std::string>{"hello"});
  EXPECT_LE(server.server->connections(), 4u + 1u);
}

TEST(Tls, ANonsenseHandshakeIsEndedAndOthersAreServed) {
  const Certificates files;
  EchoServer server({}, 1, server_tls(files));
  for (const std::string& nonsense :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100, '\x16'), std::string(70'000, '\0'),
        std::string("\x16\x03\x01\xff\xff") + std::string(70'000, 'x')}) {
    RawClient client(server.address, false);
    client.write(nonsense);
    std::optional<std::uint32_t> code;
    EXPECT_TRUE(client.ended_by(code));
  }
  Talk talk(server.address, "/t/Stream", client_tls(files.ca));
  talk.send({"hello"});
  EXPECT_EQ(talk.messages(1), std::vector<std::string>{"hello"});
}

TEST(Tls, FilesThatCantBeUsedAreNamed) {
  const Certificates files;
  const auto missing = Tls::for_server({files.folder / "none.pem", files.server_key}, "h2");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("none.pem' can't be used: "), std::string::npos) << missing.error().message;
  const auto other = Tls::for_server({files.server, files.client_key}, "h2");
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("client.key"), std::string::npos) << other.error().message;
  const auto ca = Tls::for_client({files.server_key}, "h2");
  ASSERT_FALSE(ca.ok());
  EXPECT_NE(ca.error().message.find("server.key"), std::string::npos) << ca.error().message;
}

}  // namespace
}  // namespace bsn::h2
