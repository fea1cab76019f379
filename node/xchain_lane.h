// What a chain remembers of one lane (one direction of a channel): which packets went, which are done.
//
// Everything is in the chain's own state, so proofs can be about it. `done` is a watermark: all packets below it are
// done for the chain that says so and are refused from then on; so whatever is kept of them can be dropped, and a lane
// takes memory for at most in_flight_max packets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/cross_chain_spec.h"
#include "core/packet.h"
#include "node/state_overlay.h"

namespace bsn {

class XchainLane {
 public:
  XchainLane(PacketLane lane, StateOverlay& state) : lane_(std::move(lane)), keys_(lane_), state_(state) {}

  const PacketLane& name() const { return lane_; }
  const PacketKeys& keys() const { return keys_; }

  // The last sequence that the source sent, that the destination of an ordered lane received, or the highest that the
  // hub took over; 0: none.
  std::uint64_t last() const;
  void set_last(std::uint64_t sequence);

  // All below are done; 1 at the start.
  std::uint64_t done() const;
  void set_done(std::uint64_t below);
  // Moves `done` over every next packet of which `is_done` holds, below `end`.
  void advance_done(std::uint64_t end, const std::function<bool(std::uint64_t)>& is_done);

  // What the source or the hub keeps of a packet (PacketKeys::committed); nullopt: nothing, or not any more. Valid
  // until the next call that reads or writes the state.
  std::optional<std::string_view> kept(std::uint64_t sequence) const;
  void keep(std::uint64_t sequence, std::string bytes);
  void forget(std::uint64_t sequence);
  void forget(std::uint64_t from, std::uint64_t below);
  // The packet itself, as long as it is under way as far as this chain knows.
  std::optional<Packet> committed(std::uint64_t sequence) const;
  bool is_committed(std::uint64_t sequence) const;
  bool has_outcome(std::uint64_t sequence) const;  // of a hub: an acknowledgement, or that it timed out

  // What the destination keeps of a packet (PacketKeys::received).
  std::optional<std::string_view> received(std::uint64_t sequence) const;
  void keep_received(std::uint64_t sequence, std::string bytes);
  void forget_received(std::uint64_t from, std::uint64_t below);

  // Up to where a hub dropped what it kept; 1 at the start.
  std::uint64_t cleaned() const;
  void set_cleaned(std::uint64_t below);

  // The source sends nothing more on an ordered lane on which a packet timed out.
  bool closed() const;
  void close();

  // Value that went out since the window began (RATE). False, and nothing counted: it would be more than allowed.
  bool count_outflow(std::uint64_t amount, const ChannelRules& rules);

 private:
  void forget_all(std::span<const std::string> keys);
  std::uint64_t number(const std::string& key, std::uint64_t otherwise) const;
  void set_number(const std::string& key, std::uint64_t value);

  PacketLane lane_;
  PacketKeys keys_;
  StateOverlay& state_;
};

}  // namespace bsn
