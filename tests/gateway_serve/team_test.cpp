// Several gateways of one network in this process: one holds accounts and quotas, the others follow it.
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>

#include "core/canonical_request.h"
#include "core/signature.h"
#include "proto/accounts.grpc.pb.h"
#include "proto/gateway_team.grpc.pb.h"
#include "rpc/secret.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

constexpr int per_day = 100;  // of the project "metered"

// Three gateways at home in three cities, with the same nodes.
struct Team {
  Team() {
    spec = small_network();
    spec.wan.enabled = false;
    spec.cities[tianjin.value].address = near.address;
    spec.cities[nanjing.value].address = far.address;
    spec.cities[shenzhen.value].address = south.address;
    spec.projects[2].plan = {0, 0, per_day};
    spec.team.gateways = 3;
    for (std::size_t n = 0; n < 3; ++n) {
      EXPECT_TRUE(write_private_file(folders[n].path() + "/team.key", "the secret of a test\n"));
      start(n);
      GatewaySpec its = spec;
      its.home = homes[n];
      if (n > 0) its.team.holder = servers[0]->address();
      if (n > 0) its.team.holder_city = "beijing";
      const grpc::Status commissioned = clients[n]->commission(its);
      EXPECT_TRUE(commissioned.ok()) << commissioned.error_message();
      EXPECT_TRUE(clients[n]->wait_until_serving());
    }
  }

  void start(std::size_t n, const std::string& listen = "127.0.0.1:0") {
    auto server = GatewayServer::start({listen, folders[n].path(), 1, "", 0, ""});
    ASSERT_TRUE(server.ok()) << server.error().message;
    servers[n] = std::move(*server);
    clients[n] = std::make_unique<Client>(servers[n]->address());
  }
  // Its address, which it gets again.
  std::string stop(std::size_t n) {
    const std::string address = servers[n]->address();
    clients[n].reset();
    servers[n]->stop({});
    servers[n].reset();
    return address;
  }

  Reply call(std::size_t n, const std::string& key = "metered-key") {
    const auto context = clients[n]->context(key);
    Reply reply;
    clients[n]->submit(submit("call-" + std::to_string(++last_call)), &reply, context.get());
    return reply;
  }
  // Calls at this gateway that pass, until one is refused as the day's calls are spent for good, or `patience` calls
  // in a row were, over which a share that is asked for has time to come.
  int spend(std::size_t n, int patience = 200) {
    std::mutex mutex;
    std::condition_variable never;
    int passed = 0;
    for (int refused = 0; refused < patience;) {
      const Reply reply = call(n);
      if (reply.status == Status::ok) {
        ++passed;
        refused = 0;
        continue;
      }
      EXPECT_EQ(reply.reason, Reason::quota_spent) << reply.message;
      if (reply.retry_after > seconds(60)) break;
      ++refused;
      std::unique_lock lock(mutex);
      never.wait_for(lock, std::chrono::milliseconds(5));
    }
    return passed;
  }
  // Asks until it is so; false: not within ten seconds.
  bool becomes(const std::function<bool()>& so) {
    std::mutex mutex;
    std::condition_variable never;
    for (int look = 0; look < 500; ++look) {
      if (so()) return true;
      std::unique_lock lock(mutex);
      never.wait_for(lock, std::chrono::milliseconds(20));
    }
    return false;
  }

  std::unique_ptr<v1::Accounts::Stub> accounts(std::size_t n) { return v1::Accounts::NewStub(clients[n]->channel); }
  std::unique_ptr<grpc::ClientContext> as_admin(std::size_t n) {
    auto context = clients[n]->context("");
    context->AddMetadata("x-admin-key", read_secret(folders[n].path() + "/admin.key").value());
    return context;
  }

  const CityIndex homes[3] = {beijing, nanjing, shenzhen};
  FakeNode near, far, south;
  GatewaySpec spec;
  TemporaryFolder folders[3];
  std::unique_ptr<GatewayServer> servers[3];
  std::unique_ptr<Client> clients[3];
  int last_call = 0;
};

TEST(GatewayTeam, TheCallsOfADayAreExactOverAllGateways) {
  Team team;
  const int passed = team.spend(1) + team.spend(2) + team.spend(0) + team.spend(1) + team.spend(2);
  EXPECT_EQ(passed, per_day);
}

TEST(GatewayTeam, AStoppedGatewayGivesItsShareBack) {
  Team team;
  ASSERT_TRUE(team.becomes([&] { return team.call(2).status == Status::ok; }));
  const std::string address = team.stop(2);
  team.start(2, address);
  ASSERT_TRUE(team.clients[2]->wait_until_serving());
  const int passed = 1 + team.spend(0) + team.spend(1) + team.spend(2) + team.spend(0);
  EXPECT_EQ(passed, per_day);
}

TEST(GatewayTeam, WithTheHolderDownTheOthersSpendTheirShareFailClosedAndRecover) {
  Team team;
  ASSERT_TRUE(team.becomes([&] { return team.call(1).status == Status::ok; }));
  const std::string address = team.stop(0);
  const int alone = team.spend(1, 20);
  EXPECT_GE(alone, 1);
  EXPECT_LE(alone, 20) << "more than a share";
  EXPECT_EQ(team.call(1).reason, Reason::quota_spent);
  EXPECT_EQ(team.call(1, "all-key").status, Status::ok) << "who has no calls per day is served all the while";
  team.start(0, address);
  ASSERT_TRUE(team.clients[0]->wait_until_serving());
  EXPECT_TRUE(team.becomes([&] { return team.call(1).status == Status::ok; }));
}

TEST(GatewayTeam, AccountsThatAreMadeAtOneGatewayHoldAtAllAndAreKeptOnTheirDisks) {
  Team team;
  v1::CreateAccountRequest project;
  project.mutable_project()->set_name("lab");
  project.mutable_project()->set_portal(topology_portal);
  *project.mutable_project()->mutable_grants() = encode(Grants{{"*"}});
  v1::AccountsChanged answer;
  ASSERT_TRUE(team.accounts(0)->Create(team.as_admin(0).get(), project, &answer).ok());
  v1::CreateAccountRequest key;
  key.mutable_key()->set_project("lab");
  ASSERT_TRUE(team.accounts(0)->Create(team.as_admin(0).get(), key, &answer).ok());
  const std::string secret = answer.keys(0).secret();
  EXPECT_TRUE(team.becomes([&] { return team.call(1, secret).status == Status::ok; }));
  EXPECT_TRUE(team.becomes([&] { return team.call(2, secret).status == Status::ok; }));

  team.stop(0);
  const std::string address = team.stop(2);
  team.start(2, address);
  ASSERT_TRUE(team.clients[2]->wait_until_serving());
  EXPECT_EQ(team.call(2, secret).status, Status::ok) << "the holder is down, and it knows the key all the same";
}

TEST(GatewayTeam, ARevokedKeyIsRefusedEverywhere) {
  Team team;
  v1::AccountName shop;
  shop.set_project("all");
  v1::AccountsChanged answer;
  ASSERT_EQ(team.call(2, "all-key").status, Status::ok);
  ASSERT_TRUE(team.accounts(0)->Revoke(team.as_admin(0).get(), shop, &answer).ok());
  EXPECT_TRUE(team.becomes([&] { return team.call(2, "all-key").reason == Reason::unknown_key; }));
}

TEST(GatewayTeam, AFollowerRefusesChangesAndSaysWhereToSendThem) {
  Team team;
  v1::CreateAccountRequest portal;
  portal.set_portal("lab");
  v1::AccountsChanged answer;
  const grpc::Status refused = team.accounts(1)->Create(team.as_admin(1).get(), portal, &answer);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(refused.error_message().find("beijing"), std::string::npos) << refused.error_message();
  EXPECT_NE(refused.error_message().find(team.servers[0]->address()), std::string::npos) << refused.error_message();
  v1::ListAccountsResponse list;
  EXPECT_TRUE(team.accounts(1)->List(team.as_admin(1).get(), {}, &list).ok());
}

TEST(GatewayTeam, NobodyFollowsWithoutTheSecretOfTheTeam) {
  Team team;
  const auto stub = v1::GatewayTeam::NewStub(team.clients[0]->channel);
  const auto context = team.clients[0]->context("");
  context->AddMetadata("x-team-key", "a guess");
  const auto stream = stub->Follow(context.get());
  v1::HolderSays says;
  EXPECT_FALSE(stream->Read(&says));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

// The bytes that are signed carry the gateway's name.
TEST(GatewayTeam, ARequestSignedForOneGatewayIsRefusedByAnother) {
  Team team;
  const SigningKey pair(sha256("the pair of a test"));
  v1::CreateAccountRequest key;
  key.mutable_key()->set_project("all");
  key.mutable_key()->set_public_key(std::string(pair.public_key().view()));
  v1::AccountsChanged answer;
  ASSERT_TRUE(team.accounts(0)->Create(team.as_admin(0).get(), key, &answer).ok());

  const v1::SubmitRequest message = encode_submit(submit("signed"));
  CanonicalRequest request;
  request.gateway = "nanjing";
  request.method = "POST";
  request.path = "/bsn.v1.Gateway/Submit";
  request.project = "all";
  request.network = "fabric/trade";
  request.timestamp_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  request.nonce = "a nonce of this test";
  request.idempotency_key = message.idempotency_key();
  request.body = sha256(message.SerializeAsString());
  const Signature signature = pair.sign(canonical_bytes(request));
  const auto send = [&](std::size_t n) {
    const auto hex = [](std::string_view bytes) {
      std::string text;
      for (const char byte : bytes) {
        constexpr char digits[] = "0123456789abcdef";
        text += digits[static_cast<std::uint8_t>(byte) >> 4];
        text += digits[static_cast<std::uint8_t>(byte) & 15];
      }
      return text;
    };
    const auto context = team.clients[n]->context("");
    context->AddMetadata("x-bsn-key", hex(pair.public_key().view()));
    context->AddMetadata("x-bsn-timestamp", std::to_string(request.timestamp_ns));
    context->AddMetadata("x-bsn-nonce", request.nonce);
    context->AddMetadata("x-bsn-signature", hex(signature.view()));
    v1::Reply reply;
    const grpc::Status status = team.clients[n]->gateway->Submit(context.get(), message, &reply);
    return received_reply(status, reply).reason;
  };
  EXPECT_EQ(send(0), Reason::unknown_key);
  EXPECT_EQ(send(2), Reason::unknown_key);
  // Its own takes it, once the key has come there, and once only.
  EXPECT_TRUE(team.becomes([&] { return send(1) == Reason::none; }));
  EXPECT_EQ(send(1), Reason::replayed);
}

}  // namespace
}  // namespace bsn
