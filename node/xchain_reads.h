// Functions that both cross-chain contracts have: keeping a light client up to date, and reading what the chain knows.
// Their arguments and results stand in node/contract_xchain.h.
#pragma once

#include <optional>
#include <string>

#include "node/contract.h"

namespace bsn {

std::optional<std::string> check_update_client(const Arguments& args);
ContractOutcome update_client(std::string_view project, const Arguments& args, StateOverlay& state);

// MEMBERS: 40 bytes each, public key and weight; CERTIFICATE: 68 bytes each, seat and signature.
std::optional<std::string> check_change_members(const Arguments& args);
ContractOutcome change_members(std::string_view project, const Arguments& args, StateOverlay& state);

// CHAIN -> "LATEST-HEIGHT TIME-NS active|frozen SET-NUMBER".
std::optional<std::string> check_read_client(const Arguments& args);
ContractOutcome read_client(std::string_view project, const Arguments& args, StateOverlay& state);

// HUB FROM TO -> "LAST DONE CLEANED open|closed".
std::optional<std::string> check_read_lane(const Arguments& args);
ContractOutcome read_lane(std::string_view project, const Arguments& args, StateOverlay& state);

// HUB FROM TO SEQUENCE -> the bytes of the packet, or of its acknowledgement, as long as the chain keeps them.
std::optional<std::string> check_read_packet(const Arguments& args);
ContractOutcome read_packet(std::string_view project, const Arguments& args, StateOverlay& state);
ContractOutcome read_acknowledgement(std::string_view project, const Arguments& args, StateOverlay& state);

// HUB ASSET ACCOUNT -> how many vouchers; HUB CHAIN -> how much lies in escrow.
std::optional<std::string> check_read_voucher(const Arguments& args);
ContractOutcome read_voucher(std::string_view project, const Arguments& args, StateOverlay& state);
std::optional<std::string> check_read_escrow(const Arguments& args);
ContractOutcome read_escrow(std::string_view project, const Arguments& args, StateOverlay& state);

}  // namespace bsn
