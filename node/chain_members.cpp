#include "node/chain_members.h"

#include <algorithm>
#include <map>

#include "node/quorum.h"

namespace bsn {
namespace {

std::optional<ValidatorIndex> position(const std::vector<CityIndex>& cities, CityIndex city) {
  const auto found = std::find(cities.begin(), cities.end(), city);
  if (found == cities.end()) return std::nullopt;
  return ValidatorIndex{static_cast<std::uint32_t>(found - cities.begin())};
}

using MemberIterator = std::vector<std::pair<CityIndex, ValidatorIndex>>::iterator;

void sort_unless_sorted(MemberIterator first, MemberIterator last) {
  if (!std::is_sorted(first, last)) std::sort(first, last);
}

// Twice as long as the chain may rest between two blocks.
Duration probe_interval_of(const ChainSpec& spec) {
  const auto* bft = std::get_if<BftParameters>(&spec.engine);
  const Duration rest = bft == nullptr ? Duration{} : std::max(bft->interval, bft->empty_interval);
  return std::max(BlockSync::probe_interval, rest * 2);
}

}  // namespace

std::uint32_t needed_vouchers(const ChainSpec& spec) {
  constexpr std::uint32_t most_in_a_tree = 3;
  if (std::holds_alternative<RaftParameters>(spec.engine)) return 1;
  const auto n = static_cast<std::uint32_t>(spec.voters.empty() ? spec.validators.size() : spec.voters.size());
  const std::uint32_t one_correct = byzantine_fault_bound(n) + 1;
  return grows_a_tree(spec.engine) ? std::min(one_correct, most_in_a_tree) : one_correct;
}

std::vector<CityIndex> followers_of(const ChainSpec& spec, ValidatorIndex validator) {
  std::vector<CityIndex> followers;
  if (grows_a_tree(spec.engine)) return followers;  // they hear of blocks by gossip
  const std::vector<CityIndex> voters = voter_cities(spec);
  const auto m = static_cast<std::uint32_t>(voters.size());
  const auto place = position(voters, spec.validators[validator.value]);
  if (!place) return followers;
  for (std::uint32_t j = 0; j < spec.followers.size(); ++j) {
    const std::uint32_t distance = (place->value + m - j % m) % m;
    if (distance < needed_vouchers(spec)) followers.push_back(spec.followers[j]);
  }
  return followers;
}

std::vector<std::pair<CityIndex, ValidatorIndex>> members_of(const ChainSpec& spec) {
  std::vector<std::pair<CityIndex, ValidatorIndex>> members;
  members.reserve(spec.validators.size() + spec.followers.size());
  for (const CityIndex city : spec.validators) members.push_back({city, {static_cast<std::uint32_t>(members.size())}});
  for (const CityIndex city : spec.followers) members.push_back({city, {static_cast<std::uint32_t>(members.size())}});
  // Mostly both come in order already, and the two lists need only be merged.
  const auto behind_validators = members.begin() + static_cast<std::ptrdiff_t>(spec.validators.size());
  sort_unless_sorted(members.begin(), behind_validators);
  sort_unless_sorted(behind_validators, members.end());
  std::inplace_merge(members.begin(), behind_validators, members.end());
  if (spec.voters.empty()) return members;
  std::map<CityIndex, ValidatorIndex> last;
  for (const auto& [city, number] : members) {
    const bool seat = number.value < spec.validators.size();
    if (seat || !last.contains(city)) last[city] = number;
  }
  return {last.begin(), last.end()};
}

BlockSync::Parameters sync_parameters(const ChainSpec& spec, std::optional<ValidatorIndex> validator, CityIndex self,
                                      bool joins, bool silent) {
  const auto m = static_cast<std::uint32_t>(spec.validators.size());
  const bool engine_asks =
      grows_a_tree(spec.engine) || (validator && std::holds_alternative<RaftParameters>(spec.engine));
  return {m,     validator, needed_vouchers(spec),  !engine_asks || silent, self.value % m,
          joins, silent,    probe_interval_of(spec)};
}

}  // namespace bsn
