// Who may call, over the wire: accounts that change while the gateway runs, signed requests, replays and restarts.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/canonical_request.h"
#include "core/signature.h"
#include "proto/accounts.grpc.pb.h"
#include "rpc/secret.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

// A live gateway and its administrator.
struct Administered : LiveGateway {
  Administered() : stub(v1::Accounts::NewStub(client->channel)) {}

  std::string admin_key() const { return read_secret(folder.path() + "/admin.key").value(); }

  std::unique_ptr<grpc::ClientContext> as_admin(const std::string& key) {
    auto context = client->context("");
    context->AddMetadata("x-admin-key", key);
    return context;
  }

  v1::AccountsChanged create(const v1::CreateAccountRequest& order) {
    v1::AccountsChanged answer;
    const grpc::Status status = stub->Create(as_admin(admin_key()).get(), order, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }

  void make_project(const std::string& name, const Plan& plan = {}) {
    v1::CreateAccountRequest order;
    order.mutable_project()->set_name(name);
    order.mutable_project()->set_portal(topology_portal);
    *order.mutable_project()->mutable_grants() = encode(Grants{{"*"}});
    *order.mutable_project()->mutable_plan() = encode(plan);
    create(order);
  }

  v1::MadeKey make_key(const std::string& project, const std::string& public_key = "") {
    v1::CreateAccountRequest order;
    order.mutable_key()->set_project(project);
    order.mutable_key()->set_public_key(public_key);
    return create(order).keys(0);
  }

  grpc::Status revoke(const v1::AccountName& which) {
    v1::AccountsChanged answer;
    return stub->Revoke(as_admin(admin_key()).get(), which, &answer);
  }

  Reason call(const std::string& key) {
    const auto context = client->context(key);
    Reply reply;
    client->submit(submit(), &reply, context.get());
    return reply.reason;
  }

  void restart() {
    stub.reset();
    client.reset();
    server->stop({});
    server.reset();
    server = start_gateway(folder.path());
    client = std::make_unique<Client>(server->address());
    stub = v1::Accounts::NewStub(client->channel);
    ASSERT_TRUE(client->wait_until_serving());
  }

  std::unique_ptr<v1::Accounts::Stub> stub;
};

std::string hex(std::string_view bytes) {
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); i += 32) {
    Digest part;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i), 32, part.bytes.begin());
    hex += to_hex(part);
  }
  return hex;
}

// A submit that is signed as docs/gateway.md says; fields may be spoiled between signing and sending.
struct SignedSubmit {
  explicit SignedSubmit(const SigningKey& with, const std::string& project = "all") : key(with) {
    request.gateway = "beijing";
    request.method = "POST";
    request.path = "/bsn.v1.Gateway/Submit";
    request.project = project;
    request.network = "fabric/trade";
    request.timestamp_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    static int number = 0;
    request.nonce = "nonce-of-a-test-" + std::to_string(++number) + "-" + std::to_string(getpid());
    message = encode_submit(submit("key-" + request.nonce));
    request.idempotency_key = message.idempotency_key();
  }

  Reply send(Client& client) {
    request.body = sha256(message.SerializeAsString());
    signature = key.sign(canonical_bytes(request));
    return send_as_it_is(client);
  }

  Reply send_as_it_is(Client& client) {
    const auto context = client.context("");
    context->AddMetadata("x-bsn-key", hex(key.public_key().view()));
    context->AddMetadata("x-bsn-timestamp", std::to_string(request.timestamp_ns));
    context->AddMetadata("x-bsn-nonce", request.nonce);
    context->AddMetadata("x-bsn-signature", hex(signature.view()));
    v1::Reply answer;
    const grpc::Status status = client.gateway->Submit(context.get(), message, &answer);
    return received_reply(status, answer);
  }

  const SigningKey& key;
  CanonicalRequest request;
  v1::SubmitRequest message;
  Signature signature;
};

const SigningKey pair(sha256("the secret of a test"));

// ---- accounts ----

TEST(Accounts, AKeyIsGoodFromItsCreationToItsRevocationAndThroughARestart) {
  Administered live;
  live.make_project("lab");
  const v1::MadeKey key = live.make_key("lab");
  EXPECT_TRUE(key.secret().starts_with("bsn_"));
  EXPECT_EQ(live.call(key.secret()), Reason::none);
  live.restart();
  EXPECT_EQ(live.call(key.secret()), Reason::none);
  EXPECT_EQ(live.call("all-key"), Reason::none) << "the topology's projects are still there";
  v1::AccountName which;
  which.set_key(key.id());
  EXPECT_TRUE(live.revoke(which).ok());
  EXPECT_EQ(live.call(key.secret()), Reason::unknown_key);
  live.restart();
  EXPECT_EQ(live.call(key.secret()), Reason::unknown_key);
}

TEST(Accounts, ARotatedKeyIsGoodForItsGraceOnly) {
  Administered live;
  const auto rotate = [&](const std::string& key, Duration grace) {
    v1::RotateAccountRequest order;
    order.mutable_which()->set_key(key);
    order.set_grace_ns(grace.ns);
    v1::AccountsChanged answer;
    const grpc::Status status = live.stub->Rotate(live.as_admin(live.admin_key()).get(), order, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer.keys(0);
  };
  const v1::MadeKey second = rotate("all-1", seconds(600));
  EXPECT_EQ(second.replaces(), "all-1");
  EXPECT_EQ(live.call("all-key"), Reason::none);
  EXPECT_EQ(live.call(second.secret()), Reason::none);
  const v1::MadeKey third = rotate(second.id(), {});
  EXPECT_EQ(live.call(second.secret()), Reason::unknown_key);
  EXPECT_EQ(live.call(third.secret()), Reason::none);
}

TEST(Accounts, OnlyTheAdminKeyOpensThemAndItIsItsOwnersFile) {
  Administered live;
  struct stat info {};
  ASSERT_EQ(stat((live.folder.path() + "/admin.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  for (const std::string& key : {std::string("wrong"), std::string("all-key"), live.admin_key() + "x"}) {
    v1::ListAccountsResponse response;
    EXPECT_EQ(live.stub->List(live.as_admin(key).get(), {}, &response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  v1::ListAccountsResponse response;
  EXPECT_EQ(live.stub->List(live.client->context("all-key").get(), {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST(Accounts, ListsShowNothingFromWhichAKeyCouldBeGuessed) {
  Administered live;
  live.make_key("all", std::string(pair.public_key().view()));
  v1::ListAccountsResponse response;
  ASSERT_TRUE(live.stub->List(live.as_admin(live.admin_key()).get(), {}, &response).ok());
  for (const v1::ProjectAccount& project : response.projects()) {
    for (const v1::AccessKey& key : project.keys()) EXPECT_EQ(key.verifier().empty(), key.kind() == 0u) << key.id();
  }
}

TEST(Accounts, WhatMakesNoSenseIsRefusedByName) {
  Administered live;
  v1::AccountName nobody;
  nobody.set_project("nobody");
  const grpc::Status status = live.revoke(nobody);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_NE(status.error_message().find("nobody"), std::string::npos);
  v1::AccountsChanged answer;
  EXPECT_EQ(live.stub->Create(live.as_admin(live.admin_key()).get(), {}, &answer).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::CreateAccountRequest project;
  project.mutable_project()->set_name("probe");
  project.mutable_project()->set_portal("topology");
  project.mutable_project()->mutable_grants()->add_networks("fabrik");
  const grpc::Status unknown = live.stub->Create(live.as_admin(live.admin_key()).get(), project, &answer);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(unknown.error_message().find("'fabrik'"), std::string::npos) << unknown.error_message();
  EXPECT_NE(unknown.error_message().find("fabric"), std::string::npos) << unknown.error_message();
}

// Everything that the gateway stores or answers is looked through for what only its owner may know.
TEST(Accounts, NoSecretIsOnTheDiskOrInAnAnswer) {
  Administered live;
  const v1::MadeKey key = live.make_key("all");
  EXPECT_EQ(live.call(key.secret()), Reason::none);
  EXPECT_EQ(live.call(key.secret() + "x"), Reason::unknown_key);
  v1::ListAccountsResponse response;
  ASSERT_TRUE(live.stub->List(live.as_admin(live.admin_key()).get(), {}, &response).ok());
  EXPECT_EQ(response.DebugString().find(key.secret()), std::string::npos);
  live.server->stop({});
  for (const auto& file : std::filesystem::recursive_directory_iterator(live.folder.path())) {
    if (!file.is_regular_file() || file.path().filename() == "admin.key") continue;
    std::ifstream stream(file.path(), std::ios::binary);
    std::stringstream content;
    content << stream.rdbuf();
    EXPECT_EQ(content.str().find(key.secret().substr(4)), std::string::npos) << file.path();
  }
}

// ---- signed requests ----

TEST(SignedRequests, AreCarriedOutOnce) {
  Administered live;
  live.make_key("all", std::string(pair.public_key().view()));
  SignedSubmit request(pair);
  EXPECT_EQ(request.send(*live.client).status, Status::ok);
  EXPECT_EQ(request.send_as_it_is(*live.client).reason, Reason::replayed);
  ASSERT_EQ(live.near.seen().size(), 1u);
  EXPECT_EQ(live.near.seen()[0].call().submit().project(), "all");
}

// safety.md F25: nothing of a signed request can be changed, and it can't be sent elsewhere.
TEST(SignedRequests, AnyChangeIsRefusedLikeAnUnknownKey) {
  Administered live;
  live.make_key("all", std::string(pair.public_key().view()));
  using Change = std::function<void(SignedSubmit&)>;
  const std::vector<std::pair<const char*, Change>> signed_for = {
      {"another gateway", [](SignedSubmit& one) { one.request.gateway = "shenzhen"; }},
      {"another method", [](SignedSubmit& one) { one.request.path = "/bsn.v1.Gateway/Query"; }},
      {"another project", [](SignedSubmit& one) { one.request.project = "shop"; }},
      {"another chain", [](SignedSubmit& one) { one.request.network = "neo/main"; }},
      {"another key of the write", [](SignedSubmit& one) { one.request.idempotency_key = "other"; }}};
  for (const auto& [what, change] : signed_for) {
    SignedSubmit request(pair);
    change(request);
    EXPECT_EQ(request.send(*live.client).reason, Reason::unknown_key) << what;
  }
  const std::vector<std::pair<const char*, Change>> changed_after = {
      {"body", [](SignedSubmit& one) { one.message.set_function("transfer"); }},
      {"time", [](SignedSubmit& one) { ++one.request.timestamp_ns; }},
      {"nonce", [](SignedSubmit& one) { one.request.nonce += "x"; }},
      {"short nonce", [](SignedSubmit& one) { one.request.nonce = "short"; }},
      {"signature", [](SignedSubmit& one) { one.signature.bytes[5] ^= 1; }}};
  for (const auto& [what, change] : changed_after) {
    SignedSubmit request(pair);
    request.request.body = sha256(request.message.SerializeAsString());
    request.signature = pair.sign(canonical_bytes(request.request));
    change(request);
    EXPECT_EQ(request.send_as_it_is(*live.client).reason, Reason::unknown_key) << what;
  }
  EXPECT_TRUE(live.near.seen().empty()) << "a refused request has no effect";
}

TEST(SignedRequests, AnUnknownSignerIsRefused) {
  Administered live;
  EXPECT_EQ(SignedSubmit(pair).send(*live.client).reason, Reason::unknown_key);
}

TEST(SignedRequests, OldOnesAreRefusedAndReplaysAreAlsoAfterARestart) {
  Administered live;
  live.make_key("all", std::string(pair.public_key().view()));
  SignedSubmit old(pair);
  old.request.timestamp_ns -= seconds(31).ns;
  EXPECT_EQ(old.send(*live.client).reason, Reason::stale_request);
  SignedSubmit request(pair);
  EXPECT_EQ(request.send(*live.client).status, Status::ok);
  live.restart();
  EXPECT_EQ(request.send_as_it_is(*live.client).reason, Reason::replayed);
  EXPECT_EQ(SignedSubmit(pair).send(*live.client).status, Status::ok) << "others are served at once";
}

// ---- quotas ----

TEST(Quotas, TheDaysCallsAreCountedThroughARestart) {
  Administered live;
  live.make_project("small", Plan{0, 0, 30});
  const v1::MadeKey key = live.make_key("small");
  int admitted = 0;
  const auto call_until = [&](Reason end, int most) {
    for (int i = 0; i < most; ++i) {
      const Reason reason = live.call(key.secret());
      if (reason == Reason::none) ++admitted;
      if (reason == end && admitted > 0) return;
    }
  };
  call_until(Reason::quota_spent, 12);
  live.restart();
  for (int i = 0; i < 500 && admitted < 30; ++i) call_until(Reason::quota_spent, 30);
  EXPECT_EQ(admitted, 30) << "a stop gives back what was not used";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(live.call(key.secret()), Reason::quota_spent);
  live.restart();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(live.call(key.secret()), Reason::quota_spent);
}

}  // namespace
}  // namespace bsn
