#include "sim/virtual/link_model.h"

#include <algorithm>
#include <utility>

namespace bsn {

ZoneLatencies::ZoneLatencies(const Topology& topology) {
  if (topology.zones.empty()) return;
  for (const Zone& zone : topology.zones) latency_.push_back(zone.latency);
  for (const City& city : topology.cities) zone_.push_back(find_zone(topology, city.zone));
}

std::optional<Duration> ZoneLatencies::between(CityIndex from, CityIndex to) const {
  if (zone_.empty() || !zone_[from.value] || !zone_[to.value]) return std::nullopt;
  const std::vector<Duration>& known = latency_[*zone_[from.value]];
  return known.empty() ? std::nullopt : std::optional(known[*zone_[to.value]]);
}

LinkModel::LinkModel(const WanParameters& wan, std::vector<CitySpec> cities, std::uint64_t seed, std::string_view kind,
                     LinkOrder order, ZoneLatencies zones)
    : wan_(wan),
      cities_(std::move(cities)),
      random_(Random(seed).fork(std::string("link ").append(kind))),
      order_(order),
      zones_(std::move(zones)),
      links_from_(cities_.size()) {}

std::vector<LinkModel::LinksFrom::Slot>::iterator LinkModel::LinksFrom::find(std::uint32_t to) {
  constexpr std::uint32_t spread = 0x9e3779b9;  // Fibonacci hashing: neighbours in number lie apart
  std::size_t place = (to * spread) & (slots_.size() - 1);
  while (slots_[place].link != 0 && slots_[place].to != to) place = (place + 1) & (slots_.size() - 1);
  return slots_.begin() + static_cast<std::ptrdiff_t>(place);
}

std::uint32_t& LinkModel::LinksFrom::at(CityIndex to) {
  if (2 * (used_ + 1) > slots_.size()) grow();
  const auto slot = find(to.value);
  if (slot->link == 0) {
    ++used_;  // whoever asks for a new one sets it
    slot->to = to.value;
  }
  return slot->link;
}

void LinkModel::LinksFrom::grow() {
  std::vector<Slot> old(std::max<std::size_t>(8, 2 * slots_.size()));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.link != 0) *find(slot.to) = slot;
  }
}

// What is known is a mean: jitter's is part of it. Loss is that of the usual way.
LinkProfile LinkModel::profile(CityIndex from, CityIndex to) const {
  LinkProfile profile = link_profile(wan_, cities_[from.value].place, cities_[to.value].place);
  const std::optional<Duration> mean = zones_.between(from, to);
  if (!mean || !wan_.enabled || from == to) return profile;
  profile.jitter_mean = std::min(wan_.jitter_fixed, *mean);
  profile.base = wan_.fixed + *mean - profile.jitter_mean;
  profile.retransmit = std::max(wan_.retransmit_min, profile.base * 4);
  return profile;
}

LinkModel::Link& LinkModel::link(CityIndex from, CityIndex to) {
  std::uint32_t& index = links_from_[from.value].at(to);
  if (index == 0) {
    const CitySpec& a = cities_[from.value];
    const CitySpec& b = cities_[to.value];
    links_.push_back({profile(from, to), random_.fork(a.name + ">" + b.name), {}});
    index = static_cast<std::uint32_t>(links_.size());
  }
  return links_[index - 1];
}

Instant LinkModel::arrival(CityIndex from, CityIndex to, Instant now, Duration added, bool overtaken) {
  Link& way = link(from, to);
  Instant arrives = now + sample_delay(way.profile, way.random) + added;
  if (order_ == LinkOrder::kept && !overtaken) arrives = way.last_arrival = std::max(arrives, way.last_arrival);
  return arrives;
}

Duration LinkModel::base_delay(CityIndex from, CityIndex to) { return link(from, to).profile.base; }

void Partition::split(const std::vector<std::vector<CityIndex>>& groups, bool one_way) {
  one_way_ = one_way;
  std::fill(group_.begin(), group_.end(), static_cast<std::uint32_t>(groups.size()));
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    for (const CityIndex city : groups[i]) group_[city.value] = i;
  }
}

}  // namespace bsn
