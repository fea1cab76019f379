#include "sim/swarm/swarm_storm.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace bsn {
namespace {

class Storm {
 public:
  Storm(const Chain& chain, const SwarmChain& drawn, Duration length, Random& random)
      : drawn_(drawn), length_(length), random_(random), validators_(chain.validators), peers_(chain.validators) {
    peers_.insert(peers_.end(), chain.followers.begin(), chain.followers.end());
    for (const std::uint32_t v : drawn.may_lose) may_lose_.insert(validators_[v]);
    may_lose_.insert(chain.followers.begin(), chain.followers.end());
    most_away_ = random.chance(0.5) ? drawn.fault_bound : static_cast<std::uint32_t>(validators_.size());
    for (bool& allowed : allowed_) allowed = random.chance(0.5);  // not everything in every storm
  }

  std::vector<Fault> draw() {
    const Duration calm = random_.between(milliseconds(100), seconds(3));
    for (Instant at = Instant{} + random_.exponential(calm); at < Instant{} + length_;) {
      at_ = at - Instant{};
      happen();
      at = at + random_.exponential(calm);
    }
    return std::move(faults_);
  }

 private:
  enum Choice : std::uint8_t { kill, restart, pause, resume, split, cut_off, heal, power_cut, weather, clock, choices };

  void happen() {
    const auto choice = static_cast<Choice>(random_.below(choices));
    const bool mends = choice == restart || choice == resume || choice == heal;
    if (!mends && !allowed_[choice]) return;
    switch (choice) {
      case kill:
        return take_away(FaultKind::kill);
      case restart:
        return bring_back();
      case pause:
        return take_away(FaultKind::pause);
      case resume:
        return add_for(FaultKind::resume, paused_);
      case split:
        return partition(two_groups());
      case cut_off:
        return partition({{someone()}});
      case heal:
        cut_.clear();
        return add({.at = at_, .kind = FaultKind::heal});
      case power_cut:
        return cut_power();
      case weather:
        return disturb();
      default:
        return add({.at = at_,
                    .kind = FaultKind::clock_skew,
                    .targets = {someone()},
                    .delay = random_.between({}, milliseconds(1500))});
    }
  }

  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  const std::string& someone() { return peers_[random_.below(peers_.size())]; }

  // How many validators are away when these are too.
  std::size_t away_with(const std::set<std::string>& more) const {
    return static_cast<std::size_t>(std::count_if(validators_.begin(), validators_.end(), [&](const auto& id) {
      return down_.contains(id) || paused_.contains(id) || cut_.contains(id) || lost_.contains(id) || more.contains(id);
    }));
  }
  bool too_many(const std::set<std::string>& more) const { return away_with(more) > most_away_; }

  void take_away(FaultKind kind) {
    const std::string city = someone();
    if (down_.contains(city) || paused_.contains(city) || too_many({city})) return;
    (kind == FaultKind::kill ? down_ : paused_).insert(city);
    add({.at = at_, .kind = kind, .targets = {city}});
  }

  void add_for(FaultKind kind, std::set<std::string>& cities) {
    if (cities.empty()) return;
    const auto city = std::next(cities.begin(), static_cast<std::ptrdiff_t>(random_.below(cities.size())));
    add({.at = at_, .kind = kind, .targets = {*city}});
    cities.erase(city);
  }

  void bring_back() {
    if (down_.empty()) return;
    const std::string city = *std::next(down_.begin(), static_cast<std::ptrdiff_t>(random_.below(down_.size())));
    if (may_lose_.contains(city) && random_.chance(0.3)) {
      lost_.insert(city);
      add({.at = at_, .kind = FaultKind::lose_disk, .targets = {city}});
    }
    add({.at = at_, .kind = FaultKind::restart, .targets = {city}});
    down_.erase(city);
  }

  std::vector<std::vector<std::string>> two_groups() {
    std::vector<std::vector<std::string>> groups(1);
    for (const std::string& city : peers_) {
      if (random_.chance(0.5)) groups[0].push_back(city);
    }
    return groups;
  }

  // The smaller side is away.
  void partition(std::vector<std::vector<std::string>> groups) {
    if (groups[0].empty()) return;
    std::set<std::string> inside(groups[0].begin(), groups[0].end()), outside;
    for (const std::string& city : peers_) {
      if (!inside.contains(city)) outside.insert(city);
    }
    const std::set<std::string> before = std::exchange(cut_, {});
    const std::set<std::string>& away = away_with(inside) < away_with(outside) ? inside : outside;
    if (too_many(away)) {
      cut_ = before;
      return;
    }
    cut_ = away;
    add({.at = at_, .kind = FaultKind::partition, .groups = std::move(groups), .one_way = random_.chance(0.3)});
  }

  // All at once, and back at once or one after the other.
  void cut_power() {
    if (most_away_ < validators_.size()) return;
    for (const std::string& city : peers_) {
      if (down_.contains(city)) continue;
      add({.at = at_, .kind = FaultKind::kill, .targets = {city}});
      paused_.erase(city);
      down_.insert(city);
    }
    if (random_.chance(0.5)) return;
    at_ += milliseconds(200);
    while (!down_.empty()) bring_back();
  }

  void disturb() {
    constexpr FaultKind kinds[] = {FaultKind::latency, FaultKind::loss, FaultKind::reset_peer, FaultKind::duplicate,
                                   FaultKind::reorder};
    Fault fault{.at = at_, .kind = kinds[random_.below(std::size(kinds))]};
    for (std::uint64_t n = 1 + random_.below(peers_.size()); n > 0; --n) fault.targets.push_back(someone());
    std::sort(fault.targets.begin(), fault.targets.end());
    fault.targets.erase(std::unique(fault.targets.begin(), fault.targets.end()), fault.targets.end());
    if (fault.kind == FaultKind::latency || fault.kind == FaultKind::reorder) {
      fault.delay = random_.between({}, milliseconds(600));
    }
    if (fault.kind != FaultKind::latency) fault.share = random_.unit() * 0.3;
    add(std::move(fault));
  }

  const SwarmChain& drawn_;
  Duration length_;
  Random& random_;
  const std::vector<std::string> validators_;
  std::vector<std::string> peers_;
  std::set<std::string> may_lose_;
  std::size_t most_away_ = 0;
  bool allowed_[choices];
  Duration at_;
  std::vector<Fault> faults_;
  std::set<std::string> down_, paused_, cut_, lost_;
};

}  // namespace

std::vector<Fault> draw_storm(const Chain& chain, const SwarmChain& drawn, Duration storm, Random& random) {
  return Storm(chain, drawn, storm, random).draw();
}

}  // namespace bsn
