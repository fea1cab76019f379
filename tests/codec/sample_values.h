// One filled-in example of every value that the codec knows: no field has its default.
#pragma once

#include "core/block.h"
#include "core/call.h"
#include "core/durable.h"
#include "core/gateway_spec.h"
#include "core/peer_message.h"

namespace bsn::sample {

inline const ChainName chain_name{"fabric", "supply-chain"};

inline Digest digest(std::string_view of) { return sha256(of); }

inline Call submit_call() {
  Call call;
  call.operation = Operation::submit;
  call.project = "lab";
  call.chain = chain_name;
  call.contract = "asset";
  call.function = "transfer";
  call.args = {"account-1", std::string("\0\xff", 2), "10"};
  call.idempotency_key = "key-1";
  call.level = Level::final_;
  return call;
}

inline Call query_call() {
  Call call = submit_call();
  call.operation = Operation::query;
  call.idempotency_key.clear();
  call.level = Level::local;
  return call;
}

inline Reply reply() {
  Reply reply;
  reply.status = Status::failed_precondition;
  reply.reason = Reason::contract_refused;
  reply.message = "insufficient balance";
  reply.value = std::string("\x01\0\x02", 3);
  reply.transaction = digest("transaction");
  reply.height = 7;
  reply.index = 3;
  reply.state_root = digest("root");
  reply.retry_after = milliseconds(5);
  reply.city = "beijing";
  reply.split = {nanoseconds(1), nanoseconds(2), nanoseconds(3), nanoseconds(4), nanoseconds(5), nanoseconds(6)};
  return reply;
}

inline TransactionPtr transaction(const std::string& key = "key-1") {
  Call call = submit_call();
  call.idempotency_key = key;
  return make_transaction(call);
}

inline ProposalPtr proposal(Height height = 5) {
  Proposal proposal;
  proposal.height = height;
  proposal.parent = digest("parent");
  proposal.time = {123};
  proposal.proposer = {2};
  proposal.transactions = {transaction("key-1"), transaction("key-2")};
  return std::make_shared<const Proposal>(proposal);
}

inline BlockPtr block(Height height = 5) {
  Block block;
  block.transactions = proposal()->transactions;
  block.receipts = {{block.transactions[0]->id, ReceiptStatus::refused, "no"},
                    {block.transactions[1]->id, ReceiptStatus::duplicate, "again"}};
  block.header = {height,
                  digest("parent"),
                  transactions_root(block.transactions),
                  receipts_root(block.receipts),
                  digest("root"),
                  {99},
                  {1}};
  block.hash = header_digest(block.header);
  return std::make_shared<const Block>(block);
}

// One of each kind.
inline std::vector<PeerMessage> peer_messages() {
  return {ConsensusMessage(RaftVoteRequest{3, true, 7, 2}),
          ConsensusMessage(RaftVoteReply{3, true, true}),
          ConsensusMessage(RaftAppend{3, 7, 2, 6, {{2, 8, proposal()}, {3, 9, nullptr}}}),
          ConsensusMessage(RaftAppendReply{3, true, 9}),
          ConsensusMessage(RaftInstall{3, 7, 2, 6}),
          ConsensusMessage(BftProposal{5, 2, 1, proposal(5)}),
          ConsensusMessage(BftVote{5, 2, BftVoteKind::precommit, digest("proposal")}),
          TransactionsForward{{transaction("key-1"), transaction("key-2")}},
          BlocksRequest{4},
          Blocks{{block(5), block(6)}, 9}};
}

inline BftVoteState bft_vote_state() {
  BftVoteState state;
  state.height = 5;
  state.round = 2;
  state.votes = {{5, 2, BftVoteKind::prevote, digest("a")}, {5, 1, BftVoteKind::precommit, Digest{}}};
  state.locked_round = 1;
  state.locked = proposal(5);
  state.valid_round = 2;
  state.valid = proposal(5);
  state.proposed = BftProposal{5, 2, -1, proposal(5)};
  return state;
}

inline CitySpec city(std::uint32_t index) {
  CitySpec city;
  city.index = {index};
  city.name = "city-" + std::to_string(index);
  city.place = {39.9, 116.4, Region::overseas, Provider::baidu_cloud};
  city.state = CityState::draining;
  city.address = "127.0.0.1:" + std::to_string(40'000 + index);
  return city;
}

inline WanParameters wan() {
  WanParameters wan;
  wan.mainland_detour = 2.5;
  wan.border = milliseconds(11);
  wan.inbound_loss = 0.25;
  return wan;
}

inline RaftParameters raft_parameters() { return {milliseconds(100), seconds(1), milliseconds(20), 4, 17}; }

inline BftParameters bft_parameters() {
  BftParameters bft;
  bft.rotation = BftParameters::Rotation::on_view_change;
  bft.interval = milliseconds(400);
  bft.timeout_doubles = true;
  return bft;
}

inline ChainSpec chain(std::uint32_t index, EngineParameters engine) {
  ChainSpec chain;
  chain.index = {index};
  chain.name = {"network-" + std::to_string(index), "main"};
  chain.kind = NetworkKind::cross_chain;
  chain.engine = std::move(engine);
  chain.block = {10, 1000};
  chain.mempool = {100, 10'000, milliseconds(5)};
  chain.genesis = {{"account-0", 7}, {"account-1", 8}};
  chain.validators = {{0}, {1}, {2}, {3}};
  chain.followers = {{4}};
  return chain;
}

inline NodeSpec node_spec() {
  NodeSpec spec;
  spec.self = {4};
  spec.seed = 42;
  spec.wan = wan();
  spec.durability = Durability::fsync;
  for (std::uint32_t i = 0; i < 5; ++i) spec.cities.push_back(city(i));
  spec.chains = {chain(1, raft_parameters()), chain(2, bft_parameters())};
  return spec;
}

inline GatewaySpec gateway_spec() {
  GatewaySpec spec;
  spec.home = {1};
  spec.seed = 42;
  spec.wan = wan();
  for (std::uint32_t i = 0; i < 5; ++i) spec.cities.push_back(city(i));
  spec.routes = {{{0}, chain_name, NetworkKind::public_, "raft", {{0}, {1}}, {{2}}},
                 {{1}, {"fisco", "main"}, NetworkKind::public_, "bft", {{3}}, {{4}}}};
  spec.projects = {{"lab", digest("key"), {"*", "fabric"}, {10, 5, 1000}}};
  return spec;
}

}  // namespace bsn::sample
