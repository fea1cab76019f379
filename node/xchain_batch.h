// Batches (core/packet_batch.h): many items with one proof, each executed, or refused, on its own.
//
// The proof holds or the call is refused as a whole. Then every item runs as a call of its own would, sees what those
// before it did, and is taken back alone if it is refused. A call of which every item is refused is refused. So a
// packet that can't be delivered keeps no other from it, whoever sent it; a proof that is wrong spoils only the call
// of whoever brought it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/packet_batch.h"
#include "node/contract.h"
#include "node/xchain_evidence.h"
#include "node/xchain_lane.h"

namespace bsn {

// The one of the two cross-chain contracts that a batch is for.
struct BatchEnd {
  ChainName hub;  // of every lane in the batch
  bool at_hub = false;
  std::function<ContractOutcome(const BatchItem& item, XchainLane& lane, const XchainEvidence& evidence)> run;
};

// Arguments WITNESS AT ITEMS PROOF.
std::optional<std::string> check_deliver(const Arguments& args);
ContractOutcome deliver_batch(const Arguments& args, const BatchEnd& end, StateOverlay& state);

// The key of the witness' state that an item is about.
std::string key_of(const BatchItem& item, const PacketKeys& lane, bool at_hub);

// The packet of an item; nullopt: the bytes are none's, or another one's than the batch says.
std::optional<Packet> packet_of(const BatchItem& item, const XchainLane& lane);
inline constexpr std::string_view not_that_packet = "these are not the bytes of that packet";

}  // namespace bsn
