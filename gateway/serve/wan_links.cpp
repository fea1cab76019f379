#include "gateway/serve/wan_links.h"

namespace bsn {

WanLinks::WanLinks(const GatewaySpec& spec)
    : wan_(spec.wan),
      profiles_(spec.wan.enabled ? spec.cities.size() * spec.cities.size() : 0),
      random_(Random(spec.seed).fork("gateway/wan")) {
  for (const CitySpec& city : spec.cities) places_.push_back(city.place);
}

Duration WanLinks::delay(CityIndex from, CityIndex to) {
  if (!wan_.enabled) return {};
  std::optional<LinkProfile>& profile = profiles_[from.value * places_.size() + to.value];
  if (!profile) profile = link_profile(wan_, places_[from.value], places_[to.value]);
  return sample_delay(*profile, random_);
}

}  // namespace bsn
