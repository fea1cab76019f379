#include "core/wan_model.h"

#include <algorithm>
#include <array>

namespace bsn {
namespace {

// Mainland traffic leaves through Beijing, Shanghai or Guangzhou, the three international exits of the backbones.
constexpr std::array<Place, 3> exits = {{{39.9075, 116.39723, Region::mainland, {}},
                                         {31.22222, 121.45806, Region::mainland, {}},
                                         {23.11667, 113.25, Region::mainland, {}}}};

Duration fibre(const WanParameters& wan, double km, double detour) {
  return from_seconds(km * detour / wan.fibre_km_per_second);
}

// The shortest way over one of the exits, border included.
Duration across_border(const WanParameters& wan, const Place& home, const Place& abroad) {
  Duration best = Duration::max();
  for (const Place& exit : exits) {
    best = std::min(best, fibre(wan, distance_km(home, exit), wan.mainland_detour) +
                              fibre(wan, distance_km(exit, abroad), wan.overseas_detour));
  }
  return best + wan.border;
}

// Mainland providers peer at few points: the farther apart two cities are, the longer the way round. 2,000 km, where
// nine in ten of the pairs lie below, costs the most.
Duration provider_crossing(const WanParameters& wan, double km) {
  const double share = std::min(1.0, km / 2000);
  const Duration span = wan.other_provider_max - wan.other_provider_min;
  return wan.other_provider_min + Duration{static_cast<std::int64_t>(share * static_cast<double>(span.ns))};
}

Duration base_delay(const WanParameters& wan, const Place& from, const Place& to) {
  const bool from_home = from.region == Region::mainland;
  const bool to_home = to.region == Region::mainland;
  if (from_home && !to_home) return wan.fixed + across_border(wan, from, to);
  if (!from_home && to_home) return wan.fixed + across_border(wan, to, from);
  const double km = distance_km(from, to);
  if (!from_home) return wan.fixed + fibre(wan, km, wan.overseas_detour);
  Duration base = wan.fixed + fibre(wan, km, wan.mainland_detour);
  if (from.provider != to.provider) base += provider_crossing(wan, km);
  return base;
}

bool same_place(const Place& a, const Place& b) {
  return a.latitude == b.latitude && a.longitude == b.longitude && a.provider == b.provider;
}

}  // namespace

LinkProfile link_profile(const WanParameters& wan, const Place& from, const Place& to) {
  LinkProfile link;
  if (!wan.enabled || same_place(from, to)) return link;
  link.base = base_delay(wan, from, to);
  link.jitter_mean =
      wan.jitter_fixed + Duration{static_cast<std::int64_t>(wan.jitter_share * static_cast<double>(link.base.ns))};
  const bool inbound = from.region == Region::overseas && to.region == Region::mainland;
  link.loss = inbound ? wan.inbound_loss : wan.mainland_loss;
  link.retransmit = std::max(wan.retransmit_min, link.base * 4);
  return link;
}

Duration sample_delay(const LinkProfile& link, Random& random) {
  constexpr int most_losses = 8;
  if (link.base.ns == 0) return {};
  Duration delay = link.base + random.gamma2(link.jitter_mean);
  for (int lost = 0; lost < most_losses && random.chance(link.loss); ++lost) delay += link.retransmit;
  return delay;
}

}  // namespace bsn
