// The virtual cluster: all city nodes, their disks, the hosts outside BSN and the gateways in one process, driven
// through one event queue. The sibling of the live processes, around the same machines.
//
// What takes time: the wide-area network (link_model.h). Peer messages take the way between their cities; calls and
// their replies the way between the origin and the city that answers, none within one place; what gateways say to each
// other the way between their homes. Handling, disks and the way between client and gateway take none. Values travel by
// pointer; nothing is encoded or copied.
//
// Order: events are handled by (time, source, sequence), sources being the cities by index, then the gateways. A
// machine's outputs happen in the order it gave them. Equal topologies, seeds and calls give equal runs, which
// fingerprint() shows.
//
// One thread per cluster; clusters share nothing, so several can run in one process.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/trace.h"
#include "gateway/gateway.h"
#include "gateway/quota_holder.h"
#include "sim/fault_schedule.h"
#include "sim/service_schedule.h"
#include "sim/topology.h"
#include "sim/virtual/event_queue.h"
#include "sim/virtual/lines.h"
#include "sim/virtual/link_model.h"
#include "sim/virtual/link_weather.h"
#include "sim/virtual/slab.h"
#include "sim/virtual/virtual_node.h"

namespace bsn {

// What a cluster tells its owner, while it happens.
struct VirtualListener {
  std::function<void(Instant, CallId, const Reply&)> on_answer = [](Instant, CallId, const Reply&) {};
  // A peer has this block at its tip now; of a chain that grows as a tree it may be undone.
  std::function<void(ChainIndex, CityIndex, const BlockPtr&)> on_adopted = [](ChainIndex, CityIndex, const BlockPtr&) {
  };
  // A peer stored a block and it is final. Once per peer and height, in order of height.
  std::function<void(ChainIndex, CityIndex, const BlockPtr&)> on_block = [](ChainIndex, CityIndex, const BlockPtr&) {};
  // A peer of a chain that grows as a tree undid these blocks, the lowest first.
  std::function<void(ChainIndex, CityIndex, std::span<const BlockPtr>)> on_undone = [](ChainIndex, CityIndex,
                                                                                       std::span<const BlockPtr>) {};
};

// Whether a block is executed by every peer itself, or once for all peers of its chain. Both give the same run.
enum class Execution : std::uint8_t { shared, each };

class VirtualCluster : public FaultTarget, public GatewayTarget, public ServiceHost {
 public:
  // Starts everything at time zero. The topology has been checked.
  VirtualCluster(const Topology& topology, std::uint64_t seed, Durability durability, VirtualListener listener,
                 Execution execution = Execution::shared);
  VirtualCluster(const VirtualCluster&) = delete;
  VirtualCluster& operator=(const VirtualCluster&) = delete;

  Instant now() const { return now_; }

  // Handles every event due at or before `until` (>= now), which then is the time.
  void run_until(Instant until);

  // A client's call reaches the gateway that is nearest to its origin of those that are up, now. Answered through the
  // listener, perhaps before this returns; UNAVAILABLE when no gateway is up.
  void send(const ClientCall& call);

  // Faults, now. An Error when the node is not in a state for it.
  Result<Done> kill(CityIndex city) override;
  Result<Done> restart(CityIndex city) override;
  Result<Done> pause(CityIndex city) override;
  Result<Done> resume(CityIndex city) override;
  Result<Done> commission(CityIndex city) override;
  Result<Done> drain(CityIndex city) override;
  Result<Done> leave(CityIndex city) override;
  Result<Done> partition(const std::vector<std::vector<CityIndex>>& groups, bool one_way) override;
  Result<Done> lose_disk(CityIndex city) override;
  Result<Done> disturb(FaultKind kind, CityIndex city, Duration delay, double share) override;

  // A killed gateway's open calls are answered UNAVAILABLE: their clients see the connection break.
  Result<Done> kill_gateway(std::size_t number) override;
  Result<Done> restart_gateway(std::size_t number) override;

  // Services, now (virtual_services.cpp).
  Result<Done> deploy_service(const ServiceOrder& order) override;
  Result<Done> upgrade_service(const std::string& id, const ServiceUpgrade& upgrade) override;
  Result<Done> move_service(const std::string& id, const ServiceMove& move) override;
  Result<Done> retire_service(const std::string& id) override;

  // ---- another topology while it runs (sim/life_cycle.h) ----

  const Topology& topology() const { return topology_; }  // as it is now

  // Who is told first: the nodes when something grows (a call must not come before they are ready), the gateway when
  // something shrinks (none must come after they are not).
  enum class First : std::uint8_t { nodes, gateway };

  // From now on the network is to be `next`, which follows topology() by one or more steps. Nodes hear of it after the
  // way from the gateway's city; a node that is down, when it starts again. Precondition: the steps' functions gave it.
  void assign(Topology next, First first);

  // Whether a city is on its way into or out of the network, or a service on its way.
  bool changing() const;

  // Whether every chain has had a leader or a block.
  bool settled() const { return unsettled_ == 0; }

  // The blocks that a peer has stored; height h stands at h - 1. Those above final_height may be undone.
  const std::vector<BlockPtr>& blocks(CityIndex city, ChainIndex chain) const {
    return nodes_[city.value].blocks(chain);
  }
  Height final_height(CityIndex city, ChainIndex chain) const;
  const std::vector<ChainSpec>& chains() const { return chains_; }  // as they are now, without the genesis accounts
  // What every peer of the chain starts from.
  const Ledger& genesis(ChainIndex chain) const { return genesis_.at(chain.value); }
  // The cities that host a peer of the chain now.
  std::vector<CityIndex> peers(const ChainSpec& chain) const;

  // ---- of the gateways that are up (virtual_gateways.cpp) ----

  bool healthy(CityIndex city) const;  // whether the first of them thinks that it can be called
  GatewayCounters counters() const;    // of all since each was started last
  RouteUse use(ChainIndex chain) const;

  std::uint64_t events() const { return events_; }  // handled so far
  Digest fingerprint() const { return trace_.fingerprint(); }

 private:
  // What an event carries: what it is, and where the rest lies (a slot of the pool of its kind, or a city).
  enum class Kind : std::uint32_t {
    peer_message,
    forward,
    node_reply,
    node_link,
    wake_node,
    wake_gateway,
    node_assigned,
    gateway_assigned,
    quota_ask,
    quota_grant,
    probe,
    node_alive,
    operate,
  };
  struct Parcel {
    Kind kind = Kind::wake_gateway;
    std::uint32_t index = 0;
  };
  struct PeerDelivery {
    CityIndex to;
    std::uint32_t life = 0;        // of the receiver when it was sent
    std::uint32_t connection = 0;  // see LinkWeather::connection
    PeerEnvelope envelope;
  };
  struct CallDelivery {
    CityIndex to;
    std::uint32_t life = 0;
    CallArrived call;
  };

  struct AssignmentDelivery {
    CityIndex to;
    std::uint32_t life = 0;
    NodeAssigned assigned;
  };

  // One gateway, and what is under way to one: it counts only in the life to which it was sent.
  struct VirtualGateway {
    Gateway machine;
    CityIndex home;
    bool up = true;
    std::uint32_t life = 0;
    Instant wakeup = Instant::max();  // the pending wake-up event that counts; max: none
    std::set<CallId> open{};          // calls without an answer
  };
  // A node knows an attempt by the gateway's number and, below it, the attempt's own.
  static constexpr int attempt_bits = 56;
  static constexpr std::uint64_t attempt_mask = (std::uint64_t{1} << attempt_bits) - 1;

  template <class Input>
  struct GatewayDelivery {
    std::uint32_t to = 0;
    std::uint32_t life = 0;
    Input input;
  };

  void handle(const Event<Parcel>& event);
  void deliver(const AssignmentDelivery& delivery);
  void deliver_gateway_assignment(std::uint32_t gateway);
  void grow_chains();
  void operate();
  void advance_services();
  void shrink_services();
  Result<Done> take(Result<Topology> next, First first);
  bool has_joined(CityIndex city, ChainIndex chain) const;
  bool gateways_follow() const;
  std::size_t open_calls(CityIndex city) const;
  std::vector<CityIndex> silent_validators(const ChainSpec& chain) const;
  bool has_settled(const ChainSpec& chain) const;
  void advance_seats();
  void watch_over_changes();
  std::uint32_t operator_source() const { return static_cast<std::uint32_t>(cities_.size()) + 1; }
  std::uint32_t gateway_source(std::uint32_t gateway) const {
    return static_cast<std::uint32_t>(cities_.size()) + (gateway == 0 ? 0 : 1 + gateway);
  }
  void warm_next_page();
  void deliver(PeerDelivery delivery);
  void deliver(CallDelivery delivery);
  void deliver(const GatewayDelivery<NodeReply>& reply);
  template <class Input>
  void deliver(const GatewayDelivery<Input>& delivery);
  void deliver_ask(const GatewayDelivery<QuotaAsk>& ask);
  void deliver_probe(const GatewayDelivery<Probe>& probe);
  void wake_node(CityIndex city);
  void wake_node_now(CityIndex city);  // what is due by its own clock, which was set
  void wake_gateway(std::uint32_t gateway);

  bool accepts(CityIndex city, std::uint32_t life) const;
  void after_node(CityIndex city);  // its outputs happen, its wake-up is renewed
  void happen(CityIndex city, ChainIndex chain, ChainPeerOutput& output);
  void send_to_peer(CityIndex from, CityIndex to, ChainIndex chain, PeerMessagePtr message);
  void send_through_weather(CityIndex from, PeerDelivery delivery);
  std::optional<Instant> departure(CityIndex from, const PeerDelivery& delivery);
  Instant call_arrival(CityIndex from, CityIndex to);
  void persist(CityIndex city, ChainIndex chain, DurableWrite& write);
  void before(CityIndex city, ChainIndex chain, const BlocksUndone& write);
  void after(CityIndex city, ChainIndex chain, const BlockWrite& write);
  void after(CityIndex city, ChainIndex chain, const FinalMark& write, Height final_before);
  void send_stored_blocks(CityIndex city, ChainIndex chain, const SendStoredBlocks& order);
  void send_reply(CityIndex city, Answer& answer);
  void observe(ChainIndex chain, const Observed& observed);

  void start_gateways();
  std::optional<std::uint32_t> gateway_for(const std::string& origin) const;
  void step_gateway(std::uint32_t gateway, const GatewayInput& input);
  void after_gateway(std::uint32_t gateway);
  void grant(std::uint32_t gateway, const QuotaAsk& ask);
  void happen(std::uint32_t gateway, Forward& forward);
  void happen(std::uint32_t, const CancelAttempt&) {}  // no caller of a virtual run goes away
  void happen(std::uint32_t gateway, const GatewayAnswer& answer);
  void happen(std::uint32_t, const NonceUsed&) {}  // virtual callers do not sign
  void happen(std::uint32_t gateway, const QuotaAsk& ask);
  void happen(std::uint32_t gateway, const Probe& probe);
  void show_life(std::uint32_t gateway, CityIndex city);

  void tell_link(CityIndex city, bool up);  // to every gateway
  void tell_link(std::uint32_t gateway, CityIndex city, bool up);
  MakeEngine engine_maker(Execution execution);
  void renew_wakeup(std::optional<Instant> wanted, Instant& pending, std::uint32_t source, Parcel parcel);
  Result<Done> wrong_state(CityIndex city, const char* fault) const;

  NodeSpec node_spec(CityIndex city) const;

  Topology topology_;
  Topology bare_topology_;  // without genesis accounts, which nodes get with their ledgers
  const std::uint64_t seed_;
  const Durability durability_;
  std::vector<CitySpec> cities_;
  std::vector<ChainSpec> chains_;  // without genesis accounts
  VirtualListener listener_;
  Instant now_;
  EventQueue<Parcel> queue_;
  std::int64_t warmed_page_ = -1;  // of the queue, behind which the next is warm
  LinkModel peer_links_;
  LinkModel call_links_;
  Lines lines_;
  Partition partition_;
  LinkWeather weather_;
  std::vector<Ledger> genesis_;                                      // by ChainIndex: what every peer starts from
  std::map<std::uint64_t, std::shared_ptr<EngineCommons>> commons_;  // by chain_seed
  std::vector<VirtualNode> nodes_;                                   // by CityIndex
  std::vector<VirtualGateway> gateways_;                             // by number, as gateway_name() has them
  std::map<std::string, std::vector<std::size_t>> near_;  // by city: gateways_near(); empty while there is but one
  QuotaHolder quota_;                                     // the first gateway's, with its disk
  std::vector<Instant> node_wakeups_;  // by CityIndex: the pending wake-up event that counts; max: none
  Slab<PeerDelivery> peer_messages_;
  Slab<CallDelivery> forwards_;
  Slab<GatewayDelivery<NodeReply>> replies_;
  Slab<GatewayDelivery<NodeLink>> links_;
  Slab<GatewayDelivery<QuotaAsk>> asks_;  // from that gateway
  Slab<GatewayDelivery<QuotaGrant>> grants_;
  Slab<GatewayDelivery<Probe>> probes_;  // from that gateway
  Slab<GatewayDelivery<NodeAlive>> alive_;
  Slab<AssignmentDelivery> assignments_;
  std::set<CityIndex> leaving_;  // connected or draining, and to leave once no call is out there
  bool operating_ = false;       // an `operate` event is under way
  struct OpenAttempt {
    CityIndex city, origin;
    Instant received;
    std::uint32_t gateway = 0, life = 0;
  };
  std::map<std::uint64_t, OpenAttempt> attempts_;  // at a node, by the number under which it knows it
  std::vector<bool> chain_settled_;
  std::size_t unsettled_;
  std::vector<CityNodeOutput> node_outputs_;  // kept for their memory
  std::vector<GatewayOutput> gateway_outputs_;
  Trace trace_;
  std::uint64_t events_ = 0;
};

}  // namespace bsn
