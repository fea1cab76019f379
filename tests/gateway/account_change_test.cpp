#include "gateway/account_change.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

Accounts two_projects() {
  return accounts_of({{"shop", sha256("shop-key"), {"fabric"}, {}}, {"all", sha256("all-key"), {"*"}, {}}});
}

Accounts after(const Accounts& accounts, const AccountChange& change) {
  const Result<Accounts> next = changed(accounts, change);
  EXPECT_TRUE(next.ok()) << (next ? "" : next.error().message);
  return next ? next.value() : accounts;
}

ErrorCode refused(const Accounts& accounts, const AccountChange& change) {
  const Result<Accounts> next = changed(accounts, change);
  EXPECT_FALSE(next.ok());
  return next ? ErrorCode::stopped : next.error().code;
}

TEST(AccountChange, APortalGetsAProjectAndTheProjectKeys) {
  Accounts accounts = after(two_projects(), CreatePortal{"lab"});
  accounts = after(accounts, CreateProject{"probe", "lab", Grants{{"fabric"}}, Plan{5, 5, 100}});
  accounts = after(accounts, CreateKey{"probe", KeyKind::api, sha256("one")});
  accounts = after(accounts, CreateKey{"probe", KeyKind::ed25519, sha256("two")});
  EXPECT_EQ(accounts.revision, 4u);
  ASSERT_EQ(accounts.projects.size(), 3u);
  const ProjectAccount& probe = accounts.projects[2];
  EXPECT_EQ(probe.plan.calls_per_day, 100u);
  ASSERT_EQ(probe.keys.size(), 2u);
  EXPECT_EQ(probe.keys[0].id, "probe-1");
  EXPECT_EQ(newest_key(probe).id, "probe-2");
  EXPECT_EQ(newest_key(probe).kind, KeyKind::ed25519);
}

TEST(AccountChange, WhatMakesNoSenseChangesNothing) {
  const Accounts accounts = after(two_projects(), RevokeProject{"shop"});
  EXPECT_EQ(refused(accounts, CreatePortal{topology_portal}), ErrorCode::already_exists);
  EXPECT_EQ(refused(accounts, CreatePortal{"with space"}), ErrorCode::invalid_configuration);
  EXPECT_EQ(refused(accounts, CreateProject{"x", "nobody", {}, {}}), ErrorCode::not_found);
  EXPECT_EQ(refused(accounts, CreateProject{"shop", topology_portal, {}, {}}), ErrorCode::already_exists)
      << "the name of a revoked project is not given away again";
  EXPECT_EQ(refused(accounts, CreateProject{"x", topology_portal, {}, Plan{-1, 0, 0}}),
            ErrorCode::invalid_configuration);
  EXPECT_EQ(refused(accounts, CreateProject{"xchain/neo/main", topology_portal, {}, {}}),
            ErrorCode::invalid_configuration)
      << "it could write what calls from that chain write";
  EXPECT_EQ(refused(accounts, CreateKey{"shop", KeyKind::api, sha256("k")}), ErrorCode::invalid_configuration);
  EXPECT_EQ(refused(accounts, CreateKey{"all", KeyKind::api, sha256("all-key")}), ErrorCode::invalid_configuration)
      << "a key belongs to one project only";
  EXPECT_EQ(refused(accounts, RevokeKey{"all-9"}), ErrorCode::not_found);
  EXPECT_EQ(refused(accounts, RotateKey{"shop-1", sha256("k"), 5}), ErrorCode::invalid_configuration);
}

TEST(AccountChange, ARotatedKeyHasAnEndAndASuccessorOfItsKind) {
  const Accounts accounts = after(two_projects(), RotateKey{"shop-1", sha256("next"), 77});
  const ProjectAccount& shop = accounts.projects[0];
  EXPECT_EQ(shop.keys[0].ends_ns, 77);
  EXPECT_FALSE(shop.keys[0].revoked);
  EXPECT_EQ(newest_key(shop).id, "shop-2");
  EXPECT_EQ(newest_key(shop).kind, KeyKind::api);
  EXPECT_EQ(keys_to_rotate(shop), std::vector<std::string>{"shop-2"});
  EXPECT_EQ(refused(accounts, RotateKey{"shop-1", sha256("again"), 99}), ErrorCode::invalid_configuration);
}

TEST(AccountChange, SixteenKeysMayBeInUseAndOldRevokedOnesAreForgotten) {
  Accounts accounts = two_projects();
  for (int i = 2; i <= 16; ++i) accounts = after(accounts, CreateKey{"shop", KeyKind::api, sha256(std::to_string(i))});
  EXPECT_EQ(refused(accounts, CreateKey{"shop", KeyKind::api, sha256("17")}), ErrorCode::exhausted);
  for (int i = 17; i <= 120; ++i) {
    accounts = after(accounts, RevokeKey{"shop-" + std::to_string(i - 16)});
    accounts = after(accounts, CreateKey{"shop", KeyKind::api, sha256(std::to_string(i))});
  }
  EXPECT_EQ(newest_key(accounts.projects[0]).id, "shop-120");
  EXPECT_EQ(accounts.projects[0].keys.size(), AccountLimits::listed);
}

TEST(AccountChange, ProjectsKeepTheirPlaces) {
  const Accounts now = two_projects();
  Accounts next = now;
  std::swap(next.projects[0], next.projects[1]);
  EXPECT_TRUE(check_next(now, next));
  next = now;
  next.projects.pop_back();
  EXPECT_TRUE(check_next(now, next));
  EXPECT_FALSE(check_next(now, after(now, RevokePortal{topology_portal})));
}

}  // namespace
}  // namespace bsn
