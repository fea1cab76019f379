#include "sim/virtual/link_weather.h"

#include <algorithm>

#include "core/check.h"

namespace bsn {
namespace {

constexpr Duration retransmit = milliseconds(200);       // as WanParameters::retransmit_min
constexpr int most_losses = 8;                           // of one message, as in core/wan_model.h
constexpr Duration second_copy_max = milliseconds(500);  // behind the first

}  // namespace

LinkWeather::LinkWeather(std::vector<std::string> names, std::uint64_t seed)
    : names_(std::move(names)), random_(Random(seed).fork("link weather")), weather_(names_.size()) {}

void LinkWeather::set(FaultKind kind, CityIndex city, Duration delay, double share) {
  ever_ = true;
  Weather& weather = weather_[city.value];
  switch (kind) {
    case FaultKind::latency:
      weather.latency = delay;
      return;
    case FaultKind::loss:
      weather.loss = share;
      return;
    case FaultKind::reset_peer:
      weather.reset = share;
      return;
    case FaultKind::duplicate:
      weather.duplicate = share;
      return;
    case FaultKind::reorder:
      weather.reorder = share;
      weather.reorder_by = delay;
      return;
    default:
      BSN_CHECK(false, "a fault of links");
  }
}

LinkWeather::Passage LinkWeather::passage(CityIndex from, CityIndex to) {
  Pair& link = pair(from, to);
  Passage passage;
  if (hit(link, from, to, &Weather::reset)) {
    ++link.connection;
    passage.broken = true;
    return passage;
  }
  passage.added = delay(link, from, to);
  if (hit(link, from, to, &Weather::reorder)) {
    const Duration most = std::max(weather_[from.value].reorder_by, weather_[to.value].reorder_by);
    passage.added += link.random.between({}, most);
    passage.overtaken = true;
  }
  if (hit(link, from, to, &Weather::duplicate)) passage.again = link.random.between({}, second_copy_max);
  return passage;
}

Duration LinkWeather::call_delay(CityIndex from, CityIndex to) { return delay(pair(from, to), from, to); }

std::uint32_t LinkWeather::connection(CityIndex from, CityIndex to) const {
  const auto found = pairs_.find({from, to});
  return found == pairs_.end() ? 0 : found->second.connection;
}

LinkWeather::Pair& LinkWeather::pair(CityIndex from, CityIndex to) {
  const auto found = pairs_.find({from, to});
  if (found != pairs_.end()) return found->second;
  return pairs_.try_emplace({from, to}, Pair{random_.fork(names_[from.value] + ">" + names_[to.value])}).first->second;
}

bool LinkWeather::hit(Pair& pair, CityIndex from, CityIndex to, double Weather::*share) {
  return pair.random.chance(1 - (1 - weather_[from.value].*share) * (1 - weather_[to.value].*share));
}

Duration LinkWeather::delay(Pair& pair, CityIndex from, CityIndex to) {
  Duration added = weather_[from.value].latency + weather_[to.value].latency;
  for (int lost = 0; lost < most_losses && hit(pair, from, to, &Weather::loss); ++lost) added += retransmit;
  return added;
}

}  // namespace bsn
