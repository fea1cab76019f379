// Which peer of a chain a call goes to: the policies (RoutePolicy in core/gateway_spec.h).
//
// Every policy chooses among the peers that can be called: healthy (node_health.h), not tried before for this call, and
// with fewer calls under way than the bound. Ejections are not heeded while more than the allowed share of the chain's
// peers is ejected: then it is not the nodes, and leaving them out would only load the rest.
//
//   nearest        the first in order of distance
//   least_latency  least (way there and back + what it lately took beyond, peer_latency.h)
//   least_loaded   two are drawn; the one with fewer calls under way, the nearer of equals (Mitzenmacher, "The power of
//                  two choices in randomized load balancing", 2001)
//   pinned         the first of the rule's list
//   consistent     highest weight, drawn from chain, account and city (rendezvous hashing: Thaler and Ravishankar,
//   1998):
//                  when a city fails only its accounts move
//   hedged         as nearest; the second attempt is the gateway's business
//
// Costs: nearest and hedged O(1) while the nearest is healthy, the others O(peers). Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/gateway_spec.h"
#include "core/random.h"
#include "gateway/call_table.h"
#include "gateway/node_health.h"
#include "gateway/peer_latency.h"
#include "gateway/retry_state.h"
#include "gateway/route_candidate.h"
#include "gateway/route_table.h"

namespace bsn {

class PeerChoice {
 public:
  // All outlive it.
  PeerChoice(const NodeHealth& health, const PeerLatency& latency, const CallTable& calls, std::uint64_t seed);

  // A call's side of it.
  struct Asked {
    Instant now;
    ChainIndex chain;
    const std::vector<RoutePeer>& peers;  // nearest first
    const RoutingRule& rule;
    std::string_view account;
    const RetryState& retry;
  };

  // nullptr: no peer can be called.
  const RoutePeer* choose(const Asked& asked) { return choose(asked, random_); }

  // Up to so many more peers for a call that goes to `first` too: each as if those before it had been tried.
  std::vector<const RoutePeer*> choose_beside(const Asked& asked, const RoutePeer& first, std::uint32_t more) {
    return choose_beside(asked, first, more, random_);
  }

  // The chain's peer in this city; nullptr: there is none, or it can't be called.
  const RoutePeer* callable(const Asked& asked, CityIndex city) const;

  // Each peer, and whether and why the next such call would go there, to so many peers at once. Changes nothing: asked
  // twice it says the same.
  std::vector<RouteCandidate> explain(const Asked& asked, const std::vector<CitySpec>& cities,
                                      std::uint32_t peers) const;

 private:
  const RoutePeer* choose(const Asked& asked, Random& random) const;
  bool can_be_called(const Asked& asked, const RoutePeer& peer, bool heed_ejections) const;
  bool heeds_ejections(const Asked& asked) const;
  Duration expected(const Asked& asked, const RoutePeer& peer) const;

  template <class Usable>
  const RoutePeer* least_expected(const Asked& asked, const Usable& usable) const;
  template <class Usable>
  const RoutePeer* less_loaded(const Asked& asked, const Usable& usable, Random& random) const;
  template <class Usable>
  const RoutePeer* first_pinned(const Asked& asked, const Usable& usable) const;
  template <class Usable>
  const RoutePeer* of_account(const Asked& asked, const Usable& usable) const;

  std::vector<const RoutePeer*> choose_beside(const Asked& asked, const RoutePeer& first, std::uint32_t more,
                                              Random& random) const;
  void tell_of_comparison(const std::vector<const RoutePeer*>& chosen, std::uint32_t peers,
                          std::vector<RouteCandidate>& candidates) const;
  std::string why_chosen(const RoutingRule& rule) const;
  std::string why_passed_over(const Asked& asked, const RoutePeer& peer, const RoutePeer& chosen,
                              const std::string& chosen_city) const;

  const NodeHealth& health_;
  const PeerLatency& latency_;
  const CallTable& calls_;
  Random random_;
};

}  // namespace bsn
