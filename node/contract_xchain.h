// Contract "xchain": the two ends of cross-chain transfers and calls. Every chain carries it; it works on chains whose
// genesis links them to hubs (core/cross_chain_spec.h). The hub in the middle is contract "hub" (node/contract_hub.h).
//
// On the source:
//   transfer HUB TO SENDER RECEIVER ASSET AMOUNT HEIGHT TIME   sends AMOUNT of the coin of chain ASSET; returns
//                                                              "SEQUENCE ID"
//   call HUB TO SENDER CONTRACT FUNCTION HEIGHT TIME [ARGS…]   calls a contract there, as project "xchain/SOURCE"
//   acknowledge HUB TO SEQUENCE ACK AT PROOF                   what came of it; a failed transfer is refunded
//   time_out HUB TO SEQUENCE AT PROOF                          the hub proved that it was not received; refunded
// On the destination:
//   receive PACKET AT PROOF                                    executes it: "ok …" or "error …", never twice
// On both:
//   update HUB HEADER                                          light client of the hub: one more final header
//   deliver HUB AT ITEMS PROOF                           several of these with one proof (node/xchain_batch.h)
//   change_members HUB MEMBERS CERTIFICATE                     its next set of validators
//   prune HUB FROM TO BELOW AT PROOF                           forgets packets below BELOW, which are done (see below)
// Reads: client HUB, lane HUB FROM TO, packet HUB FROM TO SEQUENCE, acknowledgement HUB FROM TO SEQUENCE,
//   voucher HUB ASSET ACCOUNT, escrow HUB CHAIN.
// HEIGHT and TIME (ns) are of the destination, none or 0: not by this one; TIME "+600s" is so long after this block's.
// AT is the height of the hub whose state the PROOF (core/state_proof.h) is about. Whoever brings packets and proofs is
// believed nothing: anybody may call these.
//
// What `done` means and when a chain forgets (acknowledged lanes / lanes without acknowledgement):
//   source       resolved: acknowledged or timed out   / the hub's `done` proves that it took them over
//   hub          acknowledgement or time-out is kept   / taken over; forgotten when the destination's `done` is proved
//   destination  the hub's `done` proves them resolved / received
#pragma once

#include "node/contract.h"

namespace bsn {

Contract xchain_contract();

}  // namespace bsn
