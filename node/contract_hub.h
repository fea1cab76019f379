// Contract "hub": the middle of cross-chain transfers and calls, on the chains of Poly Enterprise and IRITA Hub.
//
//   update CHAIN HEADER                        light client of a chain: one more final header
//   change_members CHAIN MEMBERS CERTIFICATE   its next set of validators
//   relay PACKET AT PROOF                      takes a packet over: the source's state at height AT commits to it
//   acknowledge FROM TO SEQUENCE ACK AT PROOF  the destination's state holds this acknowledgement
//   time_out FROM TO SEQUENCE AT PROOF         at height AT of the destination the time-out had passed and the packet
//                                              was not received; slashes the destination's provider where rules say so
//   prune FROM TO BELOW AT PROOF               forgets what is done (see node/contract_xchain.h)
//   deliver WITNESS AT ITEMS PROOF             several of these with one proof (node/xchain_batch.h)
// Reads: client CHAIN, lane FROM TO, packet FROM TO SEQUENCE, outcome FROM TO SEQUENCE.
//
// TMO: a packet is received by the destination only in a block in which its time-out has not passed, and timed out here
// only by a final header of the destination after it passed, at which it was not received. Heights and times of blocks
// never decrease, so both can't be.
// The hub makes no decision of its own: whatever it writes follows from proofs. So a relayer can do no harm, and the
// hub's validators are believed as far as those of a chain are.
#pragma once

#include "core/cross_chain_spec.h"
#include "node/contract.h"

namespace bsn {

Contract hub_contract();

}  // namespace bsn
