#include <gtest/gtest.h>

#include "core/digest.h"
#include "sim/report.h"
#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

TEST(Environment, DescribesThisMachineAndThisBuild) {
  const Environment environment = capture_environment(two_city_scenario());
  EXPECT_FALSE(environment.cpu.empty());
  EXPECT_TRUE(environment.kernel.starts_with("Linux ")) << environment.kernel;
  EXPECT_GE(environment.cores, 1U);
  EXPECT_FALSE(environment.version.empty());
  EXPECT_FALSE(environment.build.empty());
  EXPECT_TRUE(environment.compiler.starts_with("g++ ")) << environment.compiler;
}

TEST(Environment, DigestIsThatOfTheWholeConfiguration) {
  Scenario scenario = two_city_scenario();
  const std::string digest = capture_environment(scenario).config_digest;
  EXPECT_TRUE(digest_from_hex(digest).has_value()) << digest;
  EXPECT_EQ(capture_environment(scenario).config_digest, digest);
  scenario.topology.networks[0].genesis_balance += 1;
  EXPECT_NE(capture_environment(scenario).config_digest, digest);
}

}  // namespace
}  // namespace bsn
