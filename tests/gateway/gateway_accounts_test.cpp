// Who may call, as the gateway machine judges it: keys that come and go while it runs, signed requests, replays.
#include <gtest/gtest.h>

#include "core/canonical_request.h"
#include "gateway/account_change.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using namespace test;

const SigningKey pair(sha256("a secret"));

struct AccountsDriver : Driver {
  AccountsDriver() {
    all_up();
    change(CreateKey{"all", KeyKind::ed25519, Digest{pair.public_key().bytes}});
  }

  void change(const AccountChange& order) {
    const Result<Accounts> next = changed(gateway.accounts(), order);
    ASSERT_TRUE(next.ok()) << next.error().message;
    step(AccountsAssigned{std::make_shared<const Accounts>(next.value())});
  }

  Reply answer_to(std::string key, Call what = query()) {
    call(std::move(what), std::move(key));
    return outcome();
  }

  // A call that was found to be signed with the pair, `age` ago.
  Reply signed_call(const std::string& nonce, Duration age = {}, Call what = query()) {
    ClientCall arriving{CallId{++last_id}, "", "", std::move(what), now, now + seconds(10)};
    arriving.signature = std::make_shared<const SignedBy>(SignedBy{pair.public_key(), nonce, now.ns - age.ns});
    step(arriving);
    return outcome();
  }

  // OK: it was forwarded.
  Reply outcome() {
    for (const GatewayAnswer& answer : answers()) {
      if (answer.id.value == last_id) return answer.reply;
    }
    return {};
  }
};

TEST(GatewayAccounts, AKeyWorksFromItsCreationToItsRevocation) {
  AccountsDriver driver;
  EXPECT_EQ(driver.answer_to("fresh").reason, Reason::unknown_key);
  driver.change(CreateKey{"all", KeyKind::api, sha256("fresh")});
  EXPECT_EQ(driver.answer_to("fresh").status, Status::ok);
  driver.change(RevokeKey{"all-3"});
  EXPECT_EQ(driver.answer_to("fresh").reason, Reason::unknown_key);
  EXPECT_EQ(driver.answer_to("all-key").status, Status::ok);
}

TEST(GatewayAccounts, MissingWrongRevokedAndEndedKeysGetTheSameAnswer) {
  AccountsDriver driver;
  driver.change(CreateKey{"all", KeyKind::api, sha256("revoked")});
  driver.change(RevokeKey{"all-3"});
  driver.change(RotateKey{"all-1", sha256("next"), driver.now.ns});
  const Reply unknown = driver.answer_to("unknown");
  for (const char* key : {"", "revoked", "all-key"}) {
    const Reply reply = driver.answer_to(key);
    EXPECT_EQ(reply.status, Status::unauthenticated) << key;
    EXPECT_EQ(reply.reason, unknown.reason) << key;
    EXPECT_EQ(reply.message, unknown.message) << key;
  }
  EXPECT_EQ(driver.answer_to("next").status, Status::ok);
}

TEST(GatewayAccounts, ARotatedKeyIsGoodForItsGrace) {
  AccountsDriver driver;
  driver.change(RotateKey{"all-1", sha256("next"), (driver.now + seconds(60)).ns});
  EXPECT_EQ(driver.answer_to("all-key").status, Status::ok);
  driver.wait(seconds(59));
  EXPECT_EQ(driver.answer_to("all-key").status, Status::ok);
  driver.wait(seconds(1));
  EXPECT_EQ(driver.answer_to("all-key").reason, Reason::unknown_key);
}

TEST(GatewayAccounts, GrantsOfANewProjectAreHeld) {
  AccountsDriver driver;
  driver.change(CreateProject{"reader", topology_portal, Grants{{"fabric"}, {}, {"kv.get"}, true, false}, {}});
  driver.change(CreateKey{"reader", KeyKind::api, sha256("reader-key")});
  Call get = query();
  get.contract = "kv";
  get.function = "get";
  EXPECT_EQ(driver.answer_to("reader-key", get).status, Status::ok);
  get.function = "list";
  EXPECT_EQ(driver.answer_to("reader-key", get).reason, Reason::not_granted);
  EXPECT_EQ(driver.answer_to("reader-key", submit()).reason, Reason::not_granted);
}

TEST(GatewayAccounts, ANonceIsGoodOnceAndMustSurviveBeforeTheCallLeaves) {
  AccountsDriver driver;
  EXPECT_EQ(driver.signed_call("nonce-nonce-nonce-1").status, Status::ok);
  ASSERT_EQ(driver.all<NonceUsed>().size(), 1u);
  std::vector<std::size_t> order;
  for (const GatewayOutput& output : driver.outputs) order.push_back(output.index());
  EXPECT_EQ(order, (std::vector<std::size_t>{2, 0})) << "NonceUsed, then Forward";
  const Reply again = driver.signed_call("nonce-nonce-nonce-1");
  EXPECT_EQ(again.status, Status::unauthenticated);
  EXPECT_EQ(again.reason, Reason::replayed);
  EXPECT_EQ(driver.signed_call("nonce-nonce-nonce-2").status, Status::ok);
}

TEST(GatewayAccounts, TimestampsAreGoodForHalfAMinuteToEitherSide) {
  AccountsDriver driver;
  driver.wait(seconds(100));
  const Duration window = SignedRequestLimits::window;
  EXPECT_EQ(driver.signed_call("a", window).status, Status::ok);
  EXPECT_EQ(driver.signed_call("b", window + nanoseconds(1)).reason, Reason::stale_request);
  EXPECT_EQ(driver.signed_call("c", window * -1).status, Status::ok);
  EXPECT_EQ(driver.signed_call("d", window * -1 - nanoseconds(1)).reason, Reason::stale_request);
}

// safety.md REPLAY: whatever the time, a request is admitted once.
TEST(GatewayAccounts, AReplayIsRefusedForAsLongAsItsTimestampIsGood) {
  AccountsDriver driver;
  driver.wait(seconds(100));
  const std::int64_t signed_at = (driver.now + seconds(20)).ns;
  int admitted = 0;
  for (int i = 0; i < 700; ++i) {
    admitted += driver.signed_call("the same", Duration{driver.now.ns - signed_at}).status == Status::ok;
    driver.wait(milliseconds(100));
  }
  EXPECT_EQ(admitted, 1);
}

// safety.md NOEFF: a request that is refused has used up nothing.
TEST(GatewayAccounts, ARefusedSignedRequestKeepsItsNonce) {
  AccountsDriver driver;
  Call nowhere = query();
  nowhere.chain.chain = "nowhere";
  EXPECT_EQ(driver.signed_call("n", {}, nowhere).status, Status::not_found);
  EXPECT_TRUE(driver.all<NonceUsed>().empty());
  EXPECT_EQ(driver.signed_call("n").status, Status::ok);
}

TEST(GatewayAccounts, ASignatureOfAnUnknownKeyIsNoBetterThanNone) {
  AccountsDriver driver;
  driver.change(RevokeKey{"all-2"});
  const Reply reply = driver.signed_call("n");
  EXPECT_EQ(reply.status, Status::unauthenticated);
  EXPECT_EQ(reply.reason, Reason::unknown_key);
}

TEST(GatewayAccounts, AfterARestartUsedNoncesStayUsedAndBucketsBeginEmpty) {
  AccountsDriver before;
  ASSERT_EQ(before.signed_call("n").status, Status::ok);
  AccountsDriver after;
  after.step(Resumed{{before.all<NonceUsed>()[0].nonce}, 0});
  EXPECT_EQ(after.signed_call("n").reason, Reason::replayed);
  EXPECT_EQ(after.answer_to("metered-key").reason, Reason::rate_limited);
  after.wait(milliseconds(100));
  EXPECT_EQ(after.answer_to("metered-key").status, Status::ok);
}

TEST(GatewayAccounts, WhenTheNoncesAreLostWhatWasSignedBeforeIsRefused) {
  AccountsDriver driver;
  driver.step(Resumed{{}, (driver.now + seconds(30)).ns});
  EXPECT_EQ(driver.signed_call("n", seconds(-30)).reason, Reason::stale_request);
  driver.wait(seconds(31));
  EXPECT_EQ(driver.signed_call("n").status, Status::ok);
}

TEST(GatewayAccounts, AQuotaHoldsAcrossAChangeOfAccounts) {
  AccountsDriver driver;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(driver.answer_to("metered-key").status, Status::ok);
  driver.change(CreatePortal{"lab"});
  EXPECT_EQ(driver.answer_to("metered-key").reason, Reason::rate_limited);
}

}  // namespace
}  // namespace bsn
