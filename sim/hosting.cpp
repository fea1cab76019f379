#include "sim/hosting.h"

#include <algorithm>
#include <cctype>

#include "sim/outside.h"

namespace bsn {
namespace {

// "China Mobile" as "china-mobile".
std::string file_name(std::string_view words) {
  std::string name(words);
  for (char& c : name) c = c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

std::string group_of(const City& city, Hosting hosting) {
  if (hosting == Hosting::process_per_node) return city.id;
  if (hosting == Hosting::single) return "nodes";
  return file_name(to_string(city.place.provider));
}

}  // namespace

std::string_view to_string(Hosting hosting) {
  constexpr std::string_view names[] = {"process-per-node", "process-per-provider", "single"};
  return names[static_cast<std::size_t>(hosting)];
}

const std::map<std::string, Hosting>& hostings() {
  static const std::map<std::string, Hosting> all = [] {
    std::map<std::string, Hosting> named;
    for (const Hosting one : {Hosting::process_per_node, Hosting::process_per_provider, Hosting::single}) {
      named.emplace(to_string(one), one);
    }
    return named;
  }();
  return all;
}

std::vector<HostGroup> host_groups(const Topology& topology, Hosting hosting) {
  std::vector<HostGroup> groups;
  for (std::uint32_t i = 0; i < own_cities(topology); ++i) {
    const std::string name = group_of(topology.cities[i], hosting);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const HostGroup& one) { return one.name == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), {name, {}});
    group->cities.push_back({i});
  }
  return groups;
}

}  // namespace bsn
