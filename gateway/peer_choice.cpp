#include "gateway/peer_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bsn {
namespace {

// The weight of a city for an account of a chain: 64 bits that look random.
std::uint64_t weight(ChainIndex chain, std::string_view account, CityIndex city) {
  return Random(std::uint64_t{chain.value} << 32 | city.value).fork(account).next();
}

}  // namespace

PeerChoice::PeerChoice(const NodeHealth& health, const PeerLatency& latency, const CallTable& calls, std::uint64_t seed)
    : health_(health), latency_(latency), calls_(calls), random_(Random(seed).fork("peer choice")) {}

bool PeerChoice::can_be_called(const Asked& asked, const RoutePeer& peer, bool heed_ejections) const {
  return health_.reachable(peer.city) && !(heed_ejections && health_.ejected(peer.city, asked.now)) &&
         !asked.retry.was_tried(peer.city) && calls_.open_at(peer.city) < health_.parameters().open_calls_max;
}

bool PeerChoice::heeds_ejections(const Asked& asked) const {
  if (!health_.any_ejected(asked.now)) return true;
  const auto ejected = std::count_if(asked.peers.begin(), asked.peers.end(),
                                     [&](const RoutePeer& peer) { return health_.ejected(peer.city, asked.now); });
  const double allowed = health_.parameters().ejected_share_max * static_cast<double>(asked.peers.size());
  return static_cast<double>(ejected) <= std::max(1.0, allowed);
}

Duration PeerChoice::expected(const Asked& asked, const RoutePeer& peer) const {
  return peer.distance * 2 + latency_.beyond_the_way(asked.chain, peer.city, asked.now);
}

const RoutePeer* PeerChoice::callable(const Asked& asked, CityIndex city) const {
  const auto peer =
      std::find_if(asked.peers.begin(), asked.peers.end(), [&](const RoutePeer& each) { return each.city == city; });
  return peer != asked.peers.end() && can_be_called(asked, *peer, heeds_ejections(asked)) ? &*peer : nullptr;
}

const RoutePeer* PeerChoice::choose(const Asked& asked, Random& random) const {
  const bool heed = heeds_ejections(asked);
  const auto usable = [&, heed](const RoutePeer& peer) { return can_be_called(asked, peer, heed); };
  switch (asked.rule.policy) {
    case RoutePolicy::least_latency:
      return least_expected(asked, usable);
    case RoutePolicy::least_loaded:
      return less_loaded(asked, usable, random);
    case RoutePolicy::pinned:
      return first_pinned(asked, usable);
    case RoutePolicy::consistent:
      return of_account(asked, usable);
    case RoutePolicy::nearest:
    case RoutePolicy::hedged:
      break;
  }
  const auto nearest = std::find_if(asked.peers.begin(), asked.peers.end(), usable);
  return nearest == asked.peers.end() ? nullptr : &*nearest;
}

// Whoever is so far away that the way alone takes longer than the best, is not looked at.
template <class Usable>
const RoutePeer* PeerChoice::least_expected(const Asked& asked, const Usable& usable) const {
  const RoutePeer* best = nullptr;
  Duration least = Duration::max();
  for (const RoutePeer& peer : asked.peers) {
    if (peer.distance * 2 >= least) break;
    if (!usable(peer)) continue;
    const Duration here = expected(asked, peer);
    if (here >= least) continue;
    best = &peer;
    least = here;
  }
  return best;
}

template <class Usable>
const RoutePeer* PeerChoice::less_loaded(const Asked& asked, const Usable& usable, Random& random) const {
  std::vector<const RoutePeer*> open;
  open.reserve(asked.peers.size());
  for (const RoutePeer& peer : asked.peers) {
    if (usable(peer)) open.push_back(&peer);
  }
  if (open.size() < 2) return open.empty() ? nullptr : open.front();
  const std::size_t first = random.below(open.size());
  const std::size_t other = (first + 1 + random.below(open.size() - 1)) % open.size();
  const auto [near, far] = std::minmax(first, other);
  return calls_.open_at(open[far]->city) < calls_.open_at(open[near]->city) ? open[far] : open[near];
}

template <class Usable>
const RoutePeer* PeerChoice::first_pinned(const Asked& asked, const Usable& usable) const {
  for (const CityIndex city : asked.rule.pins) {
    const auto pinned = std::find_if(asked.peers.begin(), asked.peers.end(),
                                     [&](const RoutePeer& peer) { return peer.city == city && usable(peer); });
    if (pinned != asked.peers.end()) return &*pinned;
  }
  return nullptr;
}

template <class Usable>
const RoutePeer* PeerChoice::of_account(const Asked& asked, const Usable& usable) const {
  const RoutePeer* best = nullptr;
  std::uint64_t most = 0;
  for (const RoutePeer& peer : asked.peers) {
    if (!usable(peer)) continue;
    const std::uint64_t here = weight(asked.chain, asked.account, peer.city);
    if (best != nullptr && here <= most) continue;
    best = &peer;
    most = here;
  }
  return best;
}

std::vector<const RoutePeer*> PeerChoice::choose_beside(const Asked& asked, const RoutePeer& first, std::uint32_t more,
                                                        Random& random) const {
  RetryState taken = asked.retry;
  taken.tried(first.city);
  std::vector<const RoutePeer*> chosen;
  while (chosen.size() < more) {
    const RoutePeer* peer = choose({asked.now, asked.chain, asked.peers, asked.rule, asked.account, taken}, random);
    if (!peer) break;
    taken.tried(peer->city);
    chosen.push_back(peer);
  }
  return chosen;
}

// ---- why ----

std::vector<RouteCandidate> PeerChoice::explain(const Asked& asked, const std::vector<CitySpec>& cities,
                                                std::uint32_t peers) const {
  Random next = random_;
  const RoutePeer* chosen = choose(asked, next);
  const bool heed = heeds_ejections(asked);
  std::vector<RouteCandidate> candidates;
  for (const RoutePeer& peer : asked.peers) {
    RouteCandidate candidate;
    candidate.city = peer.city;
    candidate.validator = peer.validator;
    candidate.distance = peer.distance;
    candidate.chosen = &peer == chosen;
    candidate.expected = expected(asked, peer);
    candidate.calls = calls_.open_at(peer.city);
    candidate.why = health_.why_not(peer.city, asked.now);
    candidate.healthy = candidate.why.empty();
    const bool usable = can_be_called(asked, peer, heed);
    if (candidate.chosen) {
      candidate.why = why_chosen(asked.rule);
      if (!candidate.healthy) candidate.why += ", though ejected: more peers are than may be passed over";
    } else if (candidate.healthy && !usable) {
      candidate.why = fmt::format("full: {} calls are under way there", candidate.calls);
    } else if (usable) {
      candidate.why =
          chosen == nullptr ? "not pinned" : why_passed_over(asked, peer, *chosen, cities[chosen->city.value].name);
    }
    candidates.push_back(std::move(candidate));
  }
  if (peers > 1 && chosen != nullptr) {
    std::vector<const RoutePeer*> asked_at_once = choose_beside(asked, *chosen, peers - 1, next);
    asked_at_once.push_back(chosen);
    tell_of_comparison(asked_at_once, peers, candidates);
  }
  return candidates;
}

// With fewer peers than that the read goes nowhere.
void PeerChoice::tell_of_comparison(const std::vector<const RoutePeer*>& chosen, std::uint32_t peers,
                                    std::vector<RouteCandidate>& candidates) const {
  const bool enough = chosen.size() == peers;
  for (const RoutePeer* peer : chosen) {
    const auto candidate = std::find_if(candidates.begin(), candidates.end(),
                                        [&](const RouteCandidate& each) { return each.city == peer->city; });
    if (!enough) {
      candidate->chosen = false;
      candidate->why = fmt::format("too few: {} peers are to be compared, and {} can be called", peers, chosen.size());
    } else if (!candidate->chosen) {
      candidate->compared = true;
      candidate->why = fmt::format("compared: {} peers must answer such a read alike", peers);
    }
  }
}

std::string PeerChoice::why_chosen(const RoutingRule& rule) const {
  switch (rule.policy) {
    case RoutePolicy::least_latency:
      return "least expected latency";
    case RoutePolicy::least_loaded:
      return "fewer calls under way, of two drawn";
    case RoutePolicy::pinned:
      return "first of the pinned that can be called";
    case RoutePolicy::consistent:
      return "the account's city";
    case RoutePolicy::hedged:
      return fmt::format("nearest healthy; a read that is {} late goes to the next one too",
                         to_string(rule.hedge_after));
    case RoutePolicy::nearest:
      break;
  }
  return "nearest healthy";
}

std::string PeerChoice::why_passed_over(const Asked& asked, const RoutePeer& peer, const RoutePeer& chosen,
                                        const std::string& chosen_city) const {
  const auto& pins = asked.rule.pins;
  switch (asked.rule.policy) {
    case RoutePolicy::least_latency:
      return fmt::format("{:.1f} ms expected, {} has {:.1f}", expected(asked, peer).milliseconds(), chosen_city,
                         expected(asked, chosen).milliseconds());
    case RoutePolicy::least_loaded:
      return "not drawn, or not less loaded than " + chosen_city;
    case RoutePolicy::pinned:
      return std::find(pins.begin(), pins.end(), peer.city) == pins.end() ? "not pinned"
                                                                          : "pinned behind " + chosen_city;
    case RoutePolicy::consistent:
      return "other accounts' city";
    case RoutePolicy::nearest:
    case RoutePolicy::hedged:
      break;
  }
  return fmt::format("{} {}", chosen.nearer(peer) ? "farther than" : "as far as, and listed behind,", chosen_city);
}

}  // namespace bsn
