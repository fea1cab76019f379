#include "sim/network_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sim/scenario_file.h"

namespace bsn {
namespace {

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// `bsnsim networks` prints the table: copy it into README.md when profiles change.
TEST(NetworkTable, OfTheReadmeIsThatOfTheProfiles) {
  const auto topology = load_topology("configs/topologies/bsn-2020.yaml");
  ASSERT_TRUE(topology) << topology.error().message;
  EXPECT_NE(text_of("README.md").find(network_table(*topology)), std::string::npos) << network_table(*topology);
}

}  // namespace
}  // namespace bsn
