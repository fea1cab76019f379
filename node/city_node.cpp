#include "node/city_node.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/packet.h"
#include "core/prefetch.h"
#include "node/node_spec_check.h"
#include "node/paced_peer.h"

namespace bsn {
namespace {

// What is wrong with the call, or nullopt. Projects come from the gateway, or from a direct client, who may have none.
std::optional<std::string> wrong_shape(const Call& call) {
  if (call.project.size() > CallLimits::name_bytes) return "project is longer than 64 bytes";
  if (is_remote_project(call.project)) return "projects of that name are other chains', by proof only";
  return validate(call);
}

const CitySpec& own_city(const NodeSpec& spec) {
  const auto found =
      std::find_if(spec.cities.begin(), spec.cities.end(), [&](const auto& city) { return city.index == spec.self; });
  BSN_CHECK(found != spec.cities.end(), "a node's own city is among the cities of its spec");
  return *found;
}

}  // namespace

struct CityNode::Impl {
  struct Hosted {
    ChainIndex chain;
    Instant wakeup = Instant::max();  // when the peer wants to be woken; max: not at all
    std::unique_ptr<PacedPeer> peer;
  };

  Impl(NodeSpec given, std::map<ChainIndex, DurableState> durable, Instant now, const MakeEngine& make,
       const MakeLedger& genesis);

  void step(Instant now, const CallArrived& arrived, std::vector<CityNodeOutput>& out);
  void step(Instant now, const CallCancelled& cancelled, std::vector<CityNodeOutput>& out);
  void step(Instant now, const PeerEnvelope& envelope, std::vector<CityNodeOutput>& out);
  void step(Instant now, const NodeAssigned& assigned, std::vector<CityNodeOutput>& out);
  void advance_to(Instant now, std::vector<CityNodeOutput>& out);

  void host(Instant now, ChainSpec& chain, const DurableState& durable);
  void give_up(Instant now, ChainIndex chain, std::vector<CityNodeOutput>& out);

  Hosted* find(const ChainName& name);
  Hosted* find(ChainIndex chain);
  std::optional<Reply> refuse(const Call& call);
  // Lets a peer do something, hands on what it says, and notes when it wants to be woken.
  template <class Act>
  void with(Hosted& hosted, std::vector<CityNodeOutput>& out, Act act);

  MakeEngine make;
  MakeLedger genesis;
  NodeSpec spec;
  std::string city;
  CityState state;
  std::vector<Hosted> peers;  // ascending by chain: few, and looked through with every input
  std::map<ChainName, ChainIndex> by_name;
  std::vector<std::pair<Instant, ChainIndex>> due;  // kept for its memory
};

CityNode::Impl::Impl(NodeSpec given, std::map<ChainIndex, DurableState> durable, Instant now, const MakeEngine& engines,
                     const MakeLedger& ledgers)
    : make(engines), genesis(ledgers), spec(std::move(given)), city(own_city(spec).name), state(own_city(spec).state) {
  if (!hosts_peers(state)) return;
  for (ChainSpec& chain : spec.chains) {
    host(now, chain, durable[chain.index]);
    durable.erase(chain.index);
  }
}

// What is said mostly is nothing, and its memory just used: of very many nodes none has a buffer of its own.
template <class Act>
void CityNode::Impl::with(Hosted& hosted, std::vector<CityNodeOutput>& out, Act act) {
  std::vector<ChainPeerOutput> said;
  act(*hosted.peer, said);
  for (ChainPeerOutput& output : said) {
    if (auto* answer = std::get_if<Answer>(&output)) answer->reply.city = city;
    out.push_back({hosted.chain, std::move(output)});
  }
  hosted.wakeup = hosted.peer->next_wakeup().value_or(Instant::max());
}

void CityNode::Impl::host(Instant now, ChainSpec& chain, const DurableState& durable) {
  const bool joins = std::find(spec.joins.begin(), spec.joins.end(), chain.index) != spec.joins.end();
  PacedPeer peer({chain, spec.self, spec.seed, durable, now, make, genesis, joins}, chain.cost, now);
  chain.genesis = {};
  BSN_CHECK(find(chain.index) == nullptr && by_name.emplace(chain.name, chain.index).second,
            "a node hosts each chain once");
  const auto place = std::find_if(peers.begin(), peers.end(), [&](const auto& one) { return chain.index < one.chain; });
  const Instant wakeup = peer.next_wakeup().value_or(Instant::max());
  peers.insert(place, {chain.index, wakeup, std::make_unique<PacedPeer>(std::move(peer))});
}

void CityNode::Impl::give_up(Instant now, ChainIndex chain, std::vector<CityNodeOutput>& out) {
  Hosted& hosted = *find(chain);
  with(hosted, out, [&](PacedPeer& peer, auto& said) { peer.leave(now, said); });
  std::erase_if(by_name, [&](const auto& named) { return named.second == chain; });
  std::erase_if(peers, [&](const auto& one) { return one.chain == chain; });
}

void CityNode::Impl::step(Instant now, const NodeAssigned& assigned, std::vector<CityNodeOutput>& out) {
  if (assigned.spec->revision <= spec.revision) return;
  const auto wrong = check_next(spec, *assigned.spec);
  BSN_CHECK(!wrong, "an assignment was checked before: " + wrong.value_or(""));
  const NodeSpec before = std::exchange(spec, *assigned.spec);
  state = own_city(spec).state;
  const auto staying = [&](ChainIndex index) {
    return std::any_of(spec.chains.begin(), spec.chains.end(), [&](const auto& chain) { return chain.index == index; });
  };
  for (const ChainSpec& chain : before.chains) {
    if (!staying(chain.index)) give_up(now, chain.index, out);
  }
  for (ChainSpec& chain : spec.chains) {
    Hosted* known = find(chain.index);
    if (known == nullptr) {
      host(now, chain, {});
    } else {
      with(*known, out, [&](PacedPeer& peer, auto& said) { peer.change_members(now, chain, said); });
      chain.genesis = {};
    }
  }
}

void CityNode::Impl::step(Instant now, const CallArrived& arrived, std::vector<CityNodeOutput>& out) {
  if (auto refused = refuse(arrived.call)) {
    refused->city = city;
    refused->split.node_queue = now - arrived.received;
    out.push_back({ChainIndex{}, Answer{arrived.id, std::move(*refused)}});
    return;
  }
  Hosted& hosted = *find(arrived.call.chain);
  with(hosted, out, [&](PacedPeer& peer, auto& said) { peer.step(now, arrived, said); });
}

// Whose call it was is not kept: every hosted peer is asked to forget it, which costs each a look-up.
void CityNode::Impl::step(Instant now, const CallCancelled& cancelled, std::vector<CityNodeOutput>& out) {
  for (Hosted& hosted : peers) {
    with(hosted, out, [&](PacedPeer& peer, auto& said) { peer.step(now, cancelled, said); });
  }
}

void CityNode::Impl::step(Instant now, const PeerEnvelope& envelope, std::vector<CityNodeOutput>& out) {
  Hosted* hosted = find(envelope.chain);
  if (hosted == nullptr) return;  // not ours: the sender's topology is another one
  with(*hosted, out, [&](PacedPeer& peer, auto& said) {
    peer.step(now, PeerMessageArrived{envelope.from, envelope.message}, said);
  });
}

void CityNode::Impl::advance_to(Instant now, std::vector<CityNodeOutput>& out) {
  due.clear();
  for (const Hosted& hosted : peers) {
    if (hosted.wakeup <= now) due.push_back({hosted.wakeup, hosted.chain});
  }
  std::sort(due.begin(), due.end());
  for (const auto& [when, chain] : due) {
    with(*find(chain), out, [&](PacedPeer& peer, auto& said) { peer.advance_to(now, said); });
  }
}

CityNode::Impl::Hosted* CityNode::Impl::find(const ChainName& name) {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : find(found->second);
}

CityNode::Impl::Hosted* CityNode::Impl::find(ChainIndex chain) {
  const auto found = std::find_if(peers.begin(), peers.end(), [&](const auto& one) { return one.chain == chain; });
  return found == peers.end() ? nullptr : &*found;
}

std::optional<Reply> CityNode::Impl::refuse(const Call& call) {
  if (state == CityState::building) {
    return refusal(Status::unavailable, Reason::under_construction,
                   "the city node of " + city + " is under construction");
  }
  if (state == CityState::syncing || state == CityState::left) {
    const std::string why = state == CityState::left ? " has left" : " is joining";
    return refusal(Status::unavailable, Reason::draining, "the city node of " + city + why);
  }
  if (auto wrong = wrong_shape(call)) return refusal(Status::invalid_argument, Reason::malformed, std::move(*wrong));
  if (find(call.chain) == nullptr) {
    return refusal(Status::not_found, Reason::not_hosted, city + " hosts no peer of " + to_string(call.chain));
  }
  return std::nullopt;
}

CityNode::CityNode(NodeSpec spec, std::map<ChainIndex, DurableState> durable, Instant now, const MakeEngine& make,
                   const MakeLedger& genesis)
    : impl_(std::make_unique<Impl>(std::move(spec), std::move(durable), now, make, genesis)) {}
CityNode::~CityNode() = default;
CityNode::CityNode(CityNode&&) noexcept = default;
CityNode& CityNode::operator=(CityNode&&) noexcept = default;

void CityNode::step(Instant now, const CityNodeInput& input, std::vector<CityNodeOutput>& out) {
  std::visit([&](const auto& one) { impl_->step(now, one, out); }, input);
}

void CityNode::advance_to(Instant now, std::vector<CityNodeOutput>& out) { impl_->advance_to(now, out); }

std::optional<Instant> CityNode::next_wakeup() const {
  Instant next = Instant::max();
  for (const Impl::Hosted& hosted : impl_->peers) next = std::min(next, hosted.wakeup);
  return next == Instant::max() ? std::nullopt : std::optional(next);
}

void CityNode::warm(ChainIndex chain, int step) const {
  if (step == 0) return prefetch(*impl_);
  if (step == 1) return prefetch(impl_->peers.data(), impl_->peers.size() * sizeof(Impl::Hosted));
  const Impl::Hosted* hosted = impl_->find(chain);
  if (hosted == nullptr) return;
  if (step == 2) return prefetch(*hosted->peer);
  hosted->peer->warm_engine();
}

CityState CityNode::state() const { return impl_->state; }

const NodeSpec& CityNode::spec() const { return impl_->spec; }

bool CityNode::joined() const {
  return std::all_of(impl_->peers.begin(), impl_->peers.end(),
                     [](const auto& hosted) { return hosted.peer->status().joined; });
}

std::optional<ChainPeerStatus> CityNode::status(ChainIndex chain) const {
  const Impl::Hosted* hosted = impl_->find(chain);
  return hosted == nullptr ? std::nullopt : std::optional(hosted->peer->status());
}

Reply CityNode::find_transaction(const ChainName& chain, const Digest& transaction) const {
  const auto* hosted = impl_->find(chain);
  Reply reply = hosted == nullptr ? refusal(Status::not_found, Reason::not_hosted,
                                            "no peer of " + to_string(chain) + " is hosted here")
                                  : hosted->peer->find_transaction(transaction);
  reply.city = impl_->city;
  return reply;
}

}  // namespace bsn
