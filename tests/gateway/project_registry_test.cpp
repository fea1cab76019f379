#include "gateway/project_registry.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

ProjectRegistry three_projects() {
  return ProjectRegistry(accounts_of({{"shop", sha256("shop-key"), {"fabric", "cita"}, {}},
                                      {"all", sha256("all-key"), {"*"}, {}},
                                      {"none", sha256("none-key"), {}, {}}}));
}

TEST(ProjectRegistry, FindsEachProjectByItsKey) {
  const ProjectRegistry registry = three_projects();
  EXPECT_EQ(registry.name(registry.find("shop-key", Instant{}).value()), "shop");
  EXPECT_EQ(registry.name(registry.find("all-key", Instant{}).value()), "all");
  EXPECT_EQ(registry.name(registry.find("none-key", Instant{}).value()), "none");
}

TEST(ProjectRegistry, AMissingWrongOrHashedKeyFindsNobody) {
  const ProjectRegistry registry = three_projects();
  EXPECT_FALSE(registry.find("", Instant{}));
  EXPECT_FALSE(registry.find("shop-kez", Instant{}));
  EXPECT_FALSE(registry.find("shop-key ", Instant{}));
  EXPECT_FALSE(registry.find(to_hex(sha256("shop-key")), Instant{})) << "knowing the stored hash must not help";
  EXPECT_FALSE(registry.find(sha256("shop-key").view(), Instant{}));
}

TEST(ProjectRegistry, FindsKeysAmongAThousand) {
  std::vector<ProjectSpec> projects;
  for (int i = 0; i < 1000; ++i) projects.push_back({std::to_string(i), sha256("k" + std::to_string(i)), {"*"}, {}});
  const ProjectRegistry registry(accounts_of(projects));
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(registry.find("k" + std::to_string(i), Instant{}), i);
  EXPECT_FALSE(registry.find("k1000", Instant{}));
}

TEST(ProjectRegistry, GrantsOnlyTheListedNetworksAndStarGrantsAll) {
  const ProjectRegistry registry = three_projects();
  EXPECT_TRUE(registry.granted(0, "cita"));
  EXPECT_FALSE(registry.granted(0, "neo"));
  EXPECT_FALSE(registry.granted(0, "*"));
  EXPECT_TRUE(registry.granted(1, "neo"));
  EXPECT_FALSE(registry.granted(2, "fabric"));
}

TEST(ProjectRegistry, AKeyEndsWhenItsGraceIsOverAndARevokedOneAtOnce) {
  Accounts accounts = accounts_of({{"shop", sha256("old"), {"*"}, {}}});
  accounts.projects[0].keys[0].ends_ns = seconds(100).ns;
  accounts.projects[0].keys.push_back({"shop-2", KeyKind::api, sha256("new")});
  accounts.projects[0].keys.push_back({"shop-3", KeyKind::api, sha256("gone"), 0, true});
  const ProjectRegistry registry(accounts, seconds(90).ns);
  EXPECT_TRUE(registry.find("old", Instant{seconds(10).ns - 1}));
  EXPECT_FALSE(registry.find("old", Instant{seconds(10).ns}));
  EXPECT_TRUE(registry.find("new", Instant{seconds(10).ns}));
  EXPECT_FALSE(registry.find("gone", Instant{}));
}

TEST(ProjectRegistry, ARevokedProjectOrPortalTakesItsKeysAlong) {
  Accounts accounts = accounts_of({{"shop", sha256("shop-key"), {"*"}, {}}, {"all", sha256("all-key"), {"*"}, {}}});
  accounts.projects[0].revoked = true;
  EXPECT_FALSE(ProjectRegistry(accounts).find("shop-key", Instant{}));
  EXPECT_TRUE(ProjectRegistry(accounts).find("all-key", Instant{}));
  accounts.portals[0].revoked = true;
  EXPECT_FALSE(ProjectRegistry(accounts).find("all-key", Instant{}));
}

TEST(ProjectRegistry, APublicKeyIsNoAccessKeyAndTheOtherWayRound) {
  Accounts accounts = accounts_of({{"shop", sha256("shop-key"), {"*"}, {}}});
  const SigningKey pair(sha256("secret"));
  accounts.projects[0].keys.push_back({"shop-2", KeyKind::ed25519, Digest{pair.public_key().bytes}});
  const ProjectRegistry registry(accounts);
  EXPECT_EQ(registry.find_signer(KeyKind::ed25519, pair.public_key(), Instant{}), 0u);
  EXPECT_FALSE(registry.find(pair.public_key().view(), Instant{}));
  EXPECT_FALSE(registry.find_signer(KeyKind::ed25519, PublicKey{sha256("shop-key").bytes}, Instant{}));
}

TEST(ProjectRegistry, GrantsNarrowDownToServicesMethodsAndReading) {
  Accounts accounts = accounts_of({{"shop", sha256("shop-key"), {"fabric"}, {}}});
  Grants& grants = accounts.projects[0].grants;
  grants.services = {"fabric/trade"};
  grants.methods = {"kv.get", "asset"};
  grants.write = false;
  const ProjectRegistry registry(accounts);
  EXPECT_TRUE(registry.granted(0, {"fabric", "trade"}, Operation::query));
  EXPECT_FALSE(registry.granted(0, {"fabric", "trade"}, Operation::submit));
  EXPECT_FALSE(registry.granted(0, {"fabric", "other"}, Operation::query));
  EXPECT_FALSE(registry.granted(0, {"neo", "main"}, Operation::query));
  EXPECT_TRUE(registry.granted_method(0, "kv", "get"));
  EXPECT_FALSE(registry.granted_method(0, "kv", "put"));
  EXPECT_TRUE(registry.granted_method(0, "asset", "balance"));
}

}  // namespace
}  // namespace bsn
