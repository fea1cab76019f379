#include "sim/virtual/link_model.h"

#include <algorithm>
#include <utility>

namespace bsn {

LinkModel::LinkModel(const WanParameters& wan, std::vector<CitySpec> cities, std::uint64_t seed, std::string_view kind,
                     LinkOrder order)
    : wan_(wan),
      cities_(std::move(cities)),
      random_(Random(seed).fork(std::string("link ").append(kind))),
      order_(order),
      link_of_(cities_.size() * cities_.size(), 0) {}

LinkModel::Link& LinkModel::link(CityIndex from, CityIndex to) {
  std::uint32_t& index = link_of_[from.value * cities_.size() + to.value];
  if (index == 0) {
    const CitySpec& a = cities_[from.value];
    const CitySpec& b = cities_[to.value];
    links_.push_back({link_profile(wan_, a.place, b.place), random_.fork(a.name + ">" + b.name), {}});
    index = static_cast<std::uint32_t>(links_.size());
  }
  return links_[index - 1];
}

Instant LinkModel::arrival(CityIndex from, CityIndex to, Instant now) {
  Link& way = link(from, to);
  Instant arrives = now + sample_delay(way.profile, way.random);
  if (order_ == LinkOrder::kept) arrives = way.last_arrival = std::max(arrives, way.last_arrival);
  return arrives;
}

Duration LinkModel::base_delay(CityIndex from, CityIndex to) { return link(from, to).profile.base; }

void Partition::split(const std::vector<std::vector<CityIndex>>& groups) {
  std::fill(group_.begin(), group_.end(), 0);
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    for (const CityIndex city : groups[i]) group_[city.value] = i + 1;
  }
}

}  // namespace bsn
