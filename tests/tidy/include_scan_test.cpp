// System headers are visible everywhere, so CMake alone can't keep the layers: this scan reads every include.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/tidy/source_tree.h"

namespace bsn {
namespace {

class House {
 public:
  House() : targets_(read_targets()) {}

  const std::map<std::string, Target>& targets() const { return targets_; }

  // The library whose folder a header stands in; generated code belongs to the library that generates it.
  std::optional<std::string> owner_of_header(const std::string& path) const {
    if (path.ends_with(".pb.h")) return "bsn_proto";
    const std::string folder = path.substr(0, path.rfind('/'));
    std::optional<std::string> owner;
    for (const auto& [name, target] : targets_) {
      if (target.kind == "generated" || target.folder != folder) continue;
      if (!owner || target.kind == "library") owner = name;
    }
    return owner;
  }

  std::optional<std::string> owner_of_source(const std::string& path) const {
    for (const auto& [name, target] : targets_) {
      if (target.sources.contains(path)) return name;
    }
    return std::nullopt;
  }

  // Everything a target may include from: itself, its folder's headers, and what it uses, directly or not.
  std::set<std::string> reach(const std::string& name) const {
    std::set<std::string> seen;
    std::vector<std::string> open{name};
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      if (!seen.insert(next).second) continue;
      const auto target = targets_.find(next);
      if (target != targets_.end()) open.insert(open.end(), target->second.uses.begin(), target->second.uses.end());
    }
    return seen;
  }

 private:
  std::map<std::string, Target> targets_;
};

bool is_header(const std::string& path) { return path.ends_with(".h"); }

TEST(House, EveryIncludeIsAllowedByTheLayers) {
  const House house;
  ASSERT_GE(house.targets().size(), 10u);
  for (const SourceFile& file : read_files({".h", ".cpp"})) {
    const auto owner = is_header(file.path) ? house.owner_of_header(file.path) : house.owner_of_source(file.path);
    if (!owner) continue;  // DeadFiles tells of those
    const std::set<std::string> reach = house.reach(*owner);
    for (const std::string& include : quoted_includes(file)) {
      const auto other = house.owner_of_header(include);
      if (!other) continue;
      const bool neighbour = house.targets().at(*other).folder == house.targets().at(*owner).folder;
      EXPECT_TRUE(reach.contains(*other) || (neighbour && house.targets().at(*other).kind != "generated"))
          << file.path << " (" << *owner << ") includes " << include << " of " << *other << ", which it does not use";
    }
  }
}

// What a machine or a value must not know: threads, clocks, files, chance that is not seeded, orders that differ by
// run.
TEST(House, MachinesKnowNoThreadClockFileOrGlobalChance) {
  const std::vector<std::string> banned = {
      "<thread>",  "<mutex>",         "<condition_variable>", "<atomic>",      "<chrono>",
      "<random>",  "<unordered_map>", "<unordered_set>",      "<future>",      "<ctime>",
      "<fstream>", "<iostream>",      "<filesystem>",         "<sys/socket.h>"};
  const House house;
  for (const SourceFile& file : read_files({".h", ".cpp"})) {
    const std::string folder = file.path.substr(0, file.path.rfind('/'));
    if (folder != "core" && folder != "node" && folder != "gateway") continue;
    if (file.path == "node/digest_map.h") continue;  // hides the order of its hash table
    for (const std::string& line : file.lines) {
      for (const std::string& header : banned) {
        EXPECT_FALSE(line.starts_with("#include " + header)) << file.path << " includes " << header;
      }
    }
  }
}

// Law 1: generated types appear in the codec and in the shells, nowhere else.
TEST(House, GeneratedTypesStayInTheCodecAndTheShells) {
  const std::vector<std::string> shells = {"proto/",    "rpc/",     "node/serve/", "gateway/serve/", "edge/",
                                           "sim/live/", "sim/cli/", "bench/",      "tests/"};
  for (const SourceFile& file : read_files({".h", ".cpp"})) {
    const bool shell =
        std::any_of(shells.begin(), shells.end(), [&](const auto& one) { return file.path.starts_with(one); });
    if (shell) continue;
    for (const std::string& include : quoted_includes(file)) {
      EXPECT_FALSE(include.ends_with(".pb.h")) << file.path << " includes " << include;
    }
  }
}

TEST(House, EverySourceIsBuiltAndEveryHeaderIsIncluded) {
  const House house;
  std::set<std::string> included;
  const std::vector<SourceFile> files = read_files({".h", ".cpp"});
  for (const SourceFile& file : files) {
    for (const std::string& include : quoted_includes(file)) included.insert(include);
  }
  for (const SourceFile& file : files) {
    if (is_header(file.path)) {
      EXPECT_TRUE(included.contains(file.path)) << file.path << " is included by nobody: remove it";
    } else if (!file.path.starts_with("bench/")) {  // some of its peers are built only where their library is installed
      EXPECT_TRUE(house.owner_of_source(file.path)) << file.path << " is built by no target: remove it or build it";
    }
  }
}

}  // namespace
}  // namespace bsn
