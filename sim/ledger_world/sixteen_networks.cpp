#include "sim/ledger_world/sixteen_networks.h"

#include "core/packet_call.h"

namespace bsn {

LedgerWorldSpec sixteen_networks() {
  const ChainFinality raft{3, 1, 2, 0};  // Fabric's orderers: more than half, since none of them lies
  const ChainFinality quorum{4, 2, 3, 0};
  const auto depth = [](std::uint32_t confirmations) { return ChainFinality{1, 2, 3, confirmations}; };
  LedgerWorldSpec spec;
  spec.ends = {{{"fabric", "supply-chain"}, raft}, {{"fisco-bcos", "main"}, quorum},  {{"cita", "main"}, quorum},
               {{"xuperchain", "main"}, quorum},   {{"ethereum", "main"}, depth(12)}, {{"neo", "main"}, quorum},
               {{"nervos", "main"}, depth(15)},    {{"eos", "main"}, quorum},         {{"tezos", "main"}, depth(6)},
               {{"irisnet", "main"}, quorum},      {{"sharering", "main"}, quorum},   {{"oasis", "main"}, quorum},
               {{"solana", "main"}, quorum},       {{"algorand", "main"}, quorum},    {{"polkadot", "main"}, quorum},
               {{"bityuan", "main"}, depth(12)}};
  ChannelRules one_way;
  one_way.acknowledged = false;
  spec.hubs = {{{"irita-hub", "main"}, quorum, {}}, {{"poly-enterprise", "main"}, {7, 2, 3, 0}, one_way}};
  spec.accounts = {{"alice", 1'000'000'000}, {"bob", 0}};
  return spec;
}

Call transfer_call(const LedgerWorldSpec::Hub& hub, const ChainName& from, const ChainName& to, bool home,
                   std::uint64_t amount, Instant now) {
  Packet packet{hub.name, from, to, 0, {}, {}};
  if (hub.rules.acknowledged) packet.timeout.time = now + seconds(24 * 3600);
  packet.body = home ? TransferBody{to, "bob", "alice", amount} : TransferBody{from, "alice", "bob", amount};
  Call call;
  call.operation = Operation::submit;
  call.project = "demo";
  call.chain = from;
  call.contract = "xchain";
  call.function = "transfer";
  call.args = call_arguments(packet);
  return call;
}

}  // namespace bsn
