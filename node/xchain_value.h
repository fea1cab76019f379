// The value behind transfers: coins locked in escrow on their own chain, vouchers minted for them on another.
//
// CONS: for each chain A, hub and other chain B, what A's escrow for (hub, B) holds equals the vouchers for A's coin
// that came to B through that hub, plus what is on its way in either direction. A voucher goes home by the hub that it
// came through, and nowhere else (2PATH).
//
// Escrow is an account of the asset contract named "escrow/HUB/CHAIN", so BANK covers it; nobody can pay from it but
// this. Vouchers stand apart. Every function refuses before it writes anything; arithmetic is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/packet.h"
#include "node/state_overlay.h"

namespace bsn {

// The account that holds what went to `other` through `hub`.
std::string escrow_account(const ChainName& hub, const ChainName& other);

// On the source, when the packet is sent. nullopt: done, else why not.
std::optional<std::string> take_from_sender(const Packet& packet, const TransferBody& body, StateOverlay& state);

// On the destination, when the packet is received.
std::optional<std::string> give_to_receiver(const Packet& packet, const TransferBody& body, StateOverlay& state);

// On the source, when the packet failed: undoes take_from_sender. Why not: the sender's account can't hold it now.
std::optional<std::string> refund_sender(const Packet& packet, const TransferBody& body, StateOverlay& state);

// Vouchers for the coin of `asset` that came through `hub`: an account's, and of all accounts together.
std::uint64_t voucher_balance(const ChainName& hub, const ChainName& asset, std::string_view account,
                              StateOverlay& state);
std::uint64_t voucher_supply(const ChainName& hub, const ChainName& asset, StateOverlay& state);

}  // namespace bsn
