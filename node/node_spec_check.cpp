#include "node/node_spec_check.h"

#include <algorithm>
#include <set>

namespace bsn {
namespace {

using Wrong = std::optional<std::string>;

bool names(const std::vector<CityIndex>& cities, CityIndex city) {
  return std::find(cities.begin(), cities.end(), city) != cities.end();
}

const CitySpec* own_city(const NodeSpec& spec) {
  const auto found =
      std::find_if(spec.cities.begin(), spec.cities.end(), [&](const auto& city) { return city.index == spec.self; });
  return found == spec.cities.end() ? nullptr : &*found;
}

Wrong check_peer(const NodeSpec& spec, const ChainSpec& chain) {
  const std::vector<CityIndex> voters = voter_cities(chain);
  const bool validator = names(voters, spec.self);
  if (chain.validators.empty()) return to_string(chain.name) + " has no validators";
  if (validator && names(chain.followers, spec.self)) return to_string(chain.name) + " has two peers here";
  if (!validator && !names(chain.followers, spec.self)) return to_string(chain.name) + " has no peer here";
  return std::nullopt;
}

// Seats are only added, and whoever voted at genesis did so for ever.
Wrong check_seats(const ChainSpec& now, const ChainSpec& next) {
  const auto founders = [](const ChainSpec& chain) {
    return chain.founders > 0 ? chain.founders : static_cast<std::uint32_t>(chain.validators.size());
  };
  if (founders(now) != founders(next)) return " can't have had other validators at genesis";
  if (next.validators.size() < now.validators.size()) return " can't take seats away";
  if (!std::equal(now.validators.begin(), now.validators.end(), next.validators.begin())) {
    return " can't give a seat to another city";
  }
  if (!next.voters.empty() && next.voters.back().value >= next.validators.size()) return " has a voter without a seat";
  return std::nullopt;
}

Wrong check_same_chain(const ChainSpec& now, const ChainSpec& next) {
  const std::string name = to_string(now.name);
  if (now.name != next.name) return name + " can't become " + to_string(next.name);
  if (now.engine.index() != next.engine.index()) return name + " can't change its consensus while it runs";
  if (grows_a_tree(now.engine)) {
    if (now.validators != next.validators) return name + " can't change its validators while it runs";
  } else if (auto wrong = check_seats(now, next)) {
    return name + *wrong;
  }
  if (now.stake != next.stake) return name + " can't change its stakes while it runs";
  return std::nullopt;
}

}  // namespace

Wrong check(const NodeSpec& spec) {
  const CitySpec* self = own_city(spec);
  if (self == nullptr) return "the node's own city is not among its cities";
  if (!hosts_peers(self->state) && !spec.chains.empty()) {
    return self->name + " is " + std::string(to_string(self->state)) + " and can host nothing";
  }
  std::set<ChainIndex> indices;
  std::set<ChainName> chain_names;
  for (const ChainSpec& chain : spec.chains) {
    if (!indices.insert(chain.index).second) return "two chains have the index " + std::to_string(chain.index.value);
    if (!chain_names.insert(chain.name).second) return to_string(chain.name) + " is there twice";
    if (auto wrong = check_peer(spec, chain)) return wrong;
  }
  for (const ChainIndex chain : spec.joins) {
    if (!indices.contains(chain)) return "chain " + std::to_string(chain.value) + " is joined and not hosted";
  }
  return std::nullopt;
}

Wrong check_next(const NodeSpec& now, const NodeSpec& next) {
  if (auto wrong = check(next)) return wrong;
  if (next.self != now.self || own_city(next)->name != own_city(now)->name) return "a node can't become another one";
  if (next.seed != now.seed) return "the seed of a running node can't change";
  for (const ChainSpec& chain : now.chains) {
    const auto kept = std::find_if(next.chains.begin(), next.chains.end(),
                                   [&](const ChainSpec& other) { return other.index == chain.index; });
    if (kept == next.chains.end()) continue;
    if (auto wrong = check_same_chain(chain, *kept)) return wrong;
  }
  return std::nullopt;
}

}  // namespace bsn
