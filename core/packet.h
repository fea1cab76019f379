// Packets: the ordered cross-chain messages between two chains by way of a hub, and where each chain keeps what it
// knows of them.
//
// A packet is one-way. The source chain commits to it, the hub takes it over by proof and commits to it too, the
// destination receives it by proof from the hub. With acknowledgements the outcome comes back the same way, and a
// packet that was not received before its time-out is refunded. The shape is that of ICS-04 (sequence per channel,
// time-out by height and time of the destination, receipt, acknowledgement); a channel is a pair of chains and the hub
// between them.
//
// A packet's id is a digest over everything in it, hub and source included: so a transfer is bound to one route.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/digest.h"
#include "core/ids.h"
#include "core/time.h"

namespace bsn {

// Value: `amount` of the coin of chain `asset`. On the source the coin is locked, or, if it is another chain's, its
// voucher is burnt; on the destination the voucher is minted or the coin unlocked.
struct TransferBody {
  ChainName asset;
  std::string sender;
  std::string receiver;
  std::uint64_t amount = 0;  // at least 1
  bool operator==(const TransferBody&) const = default;
};

// A contract call on the destination, made there in the name of project "xchain/SOURCE" (remote_project).
struct CallBody {
  std::string sender;
  std::string contract;
  std::string function;
  std::vector<std::string> args;
  bool operator==(const CallBody&) const = default;
};

// The project in whose name a chain's calls run elsewhere. No gateway has a project whose name begins so: it could
// write what remote calls write.
inline constexpr std::string_view remote_project_prefix = "xchain/";
inline std::string remote_project(const ChainName& source) {
  return std::string(remote_project_prefix) + to_string(source);
}
inline bool is_remote_project(std::string_view project) { return project.starts_with(remote_project_prefix); }

// When the destination refuses a packet: from this height on, or from this time on, by its own blocks. Zero: not by
// this one; both zero: never, which only channels without acknowledgement allow.
struct PacketTimeout {
  Height height = 0;
  Instant time{};
  bool never() const { return height == 0 && time.ns == 0; }
  bool passed(Height at, Instant now) const {
    return (height != 0 && at >= height) || (time.ns != 0 && now.ns >= time.ns);
  }
  bool operator==(const PacketTimeout&) const = default;
};

struct Packet {
  ChainName hub;
  ChainName source;
  ChainName destination;
  std::uint64_t sequence = 0;  // from 1, without gaps, per channel and direction
  PacketTimeout timeout;
  std::variant<TransferBody, CallBody> body;
  bool operator==(const Packet&) const = default;
};

// What came of a packet on its destination.
struct Acknowledgement {
  bool ok = false;
  std::string value;  // the call's result, or why it was refused; at most 1 KiB
  bool operator==(const Acknowledgement&) const = default;
};

// A call that brings a packet has its proof besides, 8.8 KiB at most, and is bounded itself (CallLimits).
inline constexpr std::size_t packet_bytes_max = 32 * 1024;

// A chain keeps one value for each packet that it knows, and its first byte says what it is: the packet, what came of
// it on its destination, that it was not received in time, or, where nothing is acknowledged, that it was received. So
// a proof of one is never one of another.
std::string encode(const Packet& packet);
std::string encode(const Acknowledgement& acknowledgement);
std::string time_out_mark(const Digest& packet);  // its id
std::string receipt_mark(const Digest& packet);

// nullopt: these are not the canonical bytes of one.
std::optional<Packet> decode_packet(std::string_view bytes);
std::optional<Acknowledgement> decode_acknowledgement(std::string_view bytes);

// By the first byte alone.
bool is_packet(std::string_view bytes);
bool is_time_out_mark(std::string_view bytes);

Digest packet_id(const Packet& packet);
Digest packet_id_of(std::string_view bytes);  // of the packet that these are the bytes of

// One direction of a channel as the chain at one end or the hub in the middle names it.
struct PacketLane {
  ChainName hub;
  ChainName source;
  ChainName destination;
  auto operator<=>(const PacketLane&) const = default;
};
inline PacketLane lane_of(const Packet& packet) { return {packet.hub, packet.source, packet.destination}; }

// Keys of the authenticated state: what proofs are about. Injective: the lane and the number follow from the key. The
// keys of one lane share what they have of its names.
class PacketKeys {
 public:
  explicit PacketKeys(const PacketLane& lane);

  // Source and hub: the packet; the hub, once it knows: the acknowledgement, or the mark that it timed out.
  std::string committed(std::uint64_t sequence) const;
  // Destination: the acknowledgement, or the receipt where there are none.
  std::string received(std::uint64_t sequence) const;
  // Below this number everything on the lane is done for the chain that says so; see node/contract_xchain.h.
  std::string done_below() const;
  std::size_t key_bytes() const { return lane_.size() + 16; }  // no key about a packet is longer
  // What else a chain keeps of the lane, nothing that proofs are about.
  std::string more(std::string_view part) const;

 private:
  std::string lane_;  // each name behind a zero byte
};

namespace packet_path {
inline std::string committed(const PacketLane& lane, std::uint64_t at) { return PacketKeys(lane).committed(at); }
inline std::string received(const PacketLane& lane, std::uint64_t at) { return PacketKeys(lane).received(at); }
inline std::string done_below(const PacketLane& lane) { return PacketKeys(lane).done_below(); }
}  // namespace packet_path

}  // namespace bsn
