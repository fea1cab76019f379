// The verbs `bsnsim transfer`, `packets` and `trace`: value between chains of a running cluster, and what became of it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "sim/cli/commands.h"
#include "sim/cli/gateway_target.h"
#include "sim/packet_trail.h"

namespace bsn {

struct TransferOptions : GatewayOptions {
  std::string from, to;  // NETWORK[:CHAIN]:ACCOUNT
  std::string asset;     // NETWORK[/CHAIN]; empty: the source's own coin
  std::string amount;    // a whole number, at least 1
  std::string via = "best";
  std::string timeout;          // as parse_duration reads it; empty: the gateway's default
  std::string idempotency_key;  // empty: a fresh one
  bool wait = true;
  int patience_s = 600;  // of waiting
};

struct PacketsOptions : GatewayOptions {
  std::string chain;     // of source or destination; empty: all
  std::string transfer;  // trace: HUB:SOURCE:DESTINATION:SEQUENCE
};

struct TransferVerbs {
  TransferOptions transfer;
  PacketsOptions packets, trace;
};

// Adds the verbs; `done` gets the exit code of the one that was given. `options` outlives the app.
void add_transfer_verbs(CLI::App& app, TransferVerbs& options, const std::function<void(int)>& done);

int command_transfer(const TransferOptions& options);
int command_packets(const PacketsOptions& options);
int command_trace(const PacketsOptions& options);

// Reads the final blocks of these chains from the gateway, as they are now, and follows the packets in them.
Result<PacketTrails> read_trails(const GatewayTarget& gateway, const std::vector<ChainName>& chains);

}  // namespace bsn
