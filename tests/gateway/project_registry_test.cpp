#include "gateway/project_registry.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

ProjectRegistry three_projects() {
  return ProjectRegistry({{"shop", sha256("shop-key"), {"fabric", "cita"}, {}},
                          {"all", sha256("all-key"), {"*"}, {}},
                          {"none", sha256("none-key"), {}, {}}});
}

TEST(ProjectRegistry, FindsEachProjectByItsKey) {
  const ProjectRegistry registry = three_projects();
  EXPECT_EQ(registry.name(registry.find("shop-key").value()), "shop");
  EXPECT_EQ(registry.name(registry.find("all-key").value()), "all");
  EXPECT_EQ(registry.name(registry.find("none-key").value()), "none");
}

TEST(ProjectRegistry, AMissingWrongOrHashedKeyFindsNobody) {
  const ProjectRegistry registry = three_projects();
  EXPECT_FALSE(registry.find(""));
  EXPECT_FALSE(registry.find("shop-kez"));
  EXPECT_FALSE(registry.find("shop-key "));
  EXPECT_FALSE(registry.find(to_hex(sha256("shop-key")))) << "knowing the stored hash must not help";
  EXPECT_FALSE(registry.find(sha256("shop-key").view()));
}

TEST(ProjectRegistry, FindsKeysAmongAThousand) {
  std::vector<ProjectSpec> projects;
  for (int i = 0; i < 1000; ++i) projects.push_back({std::to_string(i), sha256("k" + std::to_string(i)), {"*"}, {}});
  const ProjectRegistry registry(projects);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(registry.find("k" + std::to_string(i)), i);
  EXPECT_FALSE(registry.find("k1000"));
}

TEST(ProjectRegistry, GrantsOnlyTheListedNetworksAndStarGrantsAll) {
  const ProjectRegistry registry = three_projects();
  EXPECT_TRUE(registry.granted(0, "cita"));
  EXPECT_FALSE(registry.granted(0, "neo"));
  EXPECT_FALSE(registry.granted(0, "*"));
  EXPECT_TRUE(registry.granted(1, "neo"));
  EXPECT_FALSE(registry.granted(2, "fabric"));
}

}  // namespace
}  // namespace bsn
