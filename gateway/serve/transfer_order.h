// What Transfer and CallRemote ask for, as the call of contract "xchain" on the source.
//
// What only the chains know (accounts, balances, what is under way) the contract judges.
#pragma once

#include <variant>

#include "core/call.h"
#include "core/gateway_spec.h"
#include "core/packet.h"
#include "proto/gateway.pb.h"

namespace bsn {

struct TransferOrder {
  Call call;
  PacketLane lane;
};

// The reply says why not, with a status that promises that there was no effect.
std::variant<TransferOrder, Reply> order_of(const GatewaySpec& spec, const v1::TransferRequest& request);
std::variant<TransferOrder, Reply> order_of(const GatewaySpec& spec, const v1::CallRemoteRequest& request);

}  // namespace bsn
