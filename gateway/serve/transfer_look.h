// Looks how far one packet is: asks source, hub and destination for what their final states keep of it.
//
// Three reads of contract "chain" (core/chain_facts.h), made with the caller's key through the gateway's own methods.
// Threads: the loop's.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "core/chain_facts.h"
#include "core/packet.h"
#include "edge/inner_call.h"
#include "proto/gateway.pb.h"

namespace bsn {

struct PacketName {
  PacketLane lane;
  std::uint64_t sequence = 0;
};

// What the three chains' final states keep of it, read together or not.
struct PacketSights {
  ChainFacts source, hub, destination;  // of the list of keys that look_keys() names
};

std::array<std::vector<std::string>, 3> look_keys(const PacketName& packet);

// How far it is. nullopt: it was never sent. `one_way`: nothing comes back by its hub.
std::optional<v1::TransferState> state_of(const PacketName& packet, bool one_way, const PacketSights& sights);

class TransferLook final : public std::enable_shared_from_this<TransferLook> {
 public:
  // NOT_FOUND when it was never sent; else as the first read that failed.
  using Done = std::function<void(std::variant<v1::TransferState, h2::Outcome>)>;

  static std::shared_ptr<TransferLook> start(h2::Loop& loop, const h2::Methods& methods, const edge::Caller& caller,
                                             const PacketName& packet, bool one_way, Done done);

  TransferLook(const PacketName& packet, bool one_way, Done done)
      : packet_(packet), one_way_(one_way), done_(std::move(done)) {}

  // `done` is not called any more.
  void cancel();

 private:
  void got(std::size_t chain, std::string_view bytes);
  void ended(const h2::Outcome& outcome);
  void conclude();

  const PacketName packet_;
  const bool one_way_;
  Done done_;
  std::array<std::optional<ChainFacts>, 3> facts_;
  std::array<std::shared_ptr<edge::InnerCall>, 3> reads_;
  std::optional<h2::Outcome> failure_;
  std::size_t open_ = 3;
};

}  // namespace bsn
