// A chain peer whose work takes time: what the transactions of the simulated network cost its peers.
//
// The peer does one thing at a time. What an input costs is known when it was handled (PeerWork x TransactionCost): its
// outputs happen at once, and then the peer is busy for that long. Inputs that come meanwhile wait in order of arrival,
// and timers go off late. So a peer that is offered more than it can do falls behind, its calls wait (they count it as
// node_queue), and throughput levels off where the real network's does. A free cost changes nothing.
//
// Bound: waiting_max inputs. Beyond, calls are refused RESOURCE_EXHAUSTED and messages are dropped, as by a process
// that does not read its sockets; every protocol here sends again. Not for more than one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "node/chain_peer.h"

namespace bsn {

class PacedPeer {
 public:
  static constexpr std::size_t waiting_max = 20'000;

  PacedPeer(ChainPeer peer, const TransactionCost& cost, Instant now)
      : cost_(cost), peer_(std::move(peer)), now_(now), busy_until_(now) {}

  // As those of ChainPeer.
  void step(Instant now, const ChainPeerInput& input, std::vector<ChainPeerOutput>& out);
  void advance_to(Instant now, std::vector<ChainPeerOutput>& out);
  std::optional<Instant> next_wakeup() const;
  void change_members(Instant now, const ChainSpec& next, std::vector<ChainPeerOutput>& out) {
    peer_.change_members(now, next, out);
  }
  void leave(Instant now, std::vector<ChainPeerOutput>& out);
  void warm_engine() const { peer_.warm_engine(); }  // as that of ChainPeer
  ChainPeerStatus status() const { return peer_.status(); }
  Reply find_transaction(const Digest& transaction) const { return peer_.find_transaction(transaction); }

 private:
  bool busy() const { return busy_until_ > now_; }
  void wait(const ChainPeerInput& input, std::vector<ChainPeerOutput>& out);
  bool forget(const CallCancelled& cancelled);
  void charge();

  TransactionCost cost_;
  ChainPeer peer_;
  Instant now_;  // the latest it was told
  Instant busy_until_;
  std::deque<ChainPeerInput> waiting_;
};

static_assert(Machine<PacedPeer, ChainPeerInput, ChainPeerOutput>);

}  // namespace bsn
