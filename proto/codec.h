// The one door between the values of core/ and their messages on the wire: one encode/decode pair per value that
// crosses a process border or reaches the disk.
//
// encode never fails. decode believes nothing: sizes, ranges, enum numbers, digest lengths and required fields are
// checked, and what is wrong becomes an Error (code corrupt) that names message and field. Whatever decode accepts,
// encode writes back to an equal message. Free functions without state: any thread may call them.
//
// What was computed from content is computed again, never taken on trust: ids of transactions (hence a ChainName for
// whatever holds transactions), the hash of a block and the roots in its header. A block that decode accepts is whole.
#pragma once

#include "core/account.h"
#include "core/block.h"
#include "core/call.h"
#include "core/durable.h"
#include "core/gateway_pace.h"
#include "core/gateway_spec.h"
#include "core/peer_message.h"
#include "core/quota.h"
#include "core/result.h"
#include "core/trace_context.h"
#include "proto/accounts.pb.h"
#include "proto/call.pb.h"
#include "proto/city_node.pb.h"
#include "proto/control.pb.h"
#include "proto/gateway_team.pb.h"
#include "proto/storage.pb.h"

namespace bsn {

// The most that a decoded value may hold; beyond it decode refuses.
struct WireLimits {
  static constexpr int transactions = 100'000;     // in one block, proposal or forward
  static constexpr int entries = 10'000;           // Raft entries, blocks or votes in one message
  static constexpr int message_bytes = 64 * 1024;  // of the text for people in a reply
  static constexpr int value_bytes = 1 << 20;      // of a contract's result
  static constexpr int cities = 10'000;
  static constexpr int chains = 10'000;
  static constexpr int validators = 1'000;  // of one chain
  static constexpr int followers = 10'000;  // of one chain
  static constexpr int genesis_accounts = 1'000'000;
  static constexpr int projects = 10'000;
  static constexpr int contracts = 100;  // of one route
};

// ---- calls and replies ----

v1::ChainName encode(const ChainName& name);
Result<ChainName> decode(const v1::ChainName& message);

// Decoding looks at the message only; whether the call is well shaped is validate()'s question (core/call.h), so that a
// gateway can look at the caller's key first. A call that can't even be decoded may be handed on as an empty Call,
// which validate() always refuses.
v1::Call encode(const Call& call);
void encode(const Call& call, v1::Call& message);   // into an empty one, wherever it stands
v1::SubmitRequest encode_submit(const Call& call);  // call.operation is submit
v1::QueryRequest encode_query(const Call& call);    // call.operation is query
Result<Call> decode(const v1::Call& message);
Result<Call> decode(const v1::SubmitRequest& message);
Result<Call> decode(const v1::QueryRequest& message);

v1::CallSplit encode(const CallSplit& split);
Result<CallSplit> decode(const v1::CallSplit& message);

v1::Reply encode(const Reply& reply);
void encode(const Reply& reply, v1::Reply& message);  // into an empty one, wherever it stands
Result<Reply> decode(const v1::Reply& message);

// Precondition of encode: there().
v1::TraceContext encode(const TraceContext& trace);
Result<TraceContext> decode(const v1::TraceContext& message);

// 32 bytes, or nothing for the zero digest.
std::string encode(const Digest& digest);
Result<Digest> decode_digest(const std::string& bytes);

// ---- blocks ----

v1::Transaction encode(const Transaction& transaction);
Result<TransactionPtr> decode_transaction(const v1::Transaction& message, const ChainName& chain);

v1::Proposal encode(const Proposal& proposal);
Result<ProposalPtr> decode_proposal(const v1::Proposal& message, const ChainName& chain);

v1::Block encode(const Block& block);
Result<BlockPtr> decode_block(const v1::Block& message, const ChainName& chain);

// ---- between the peers of a chain; who sent it and to whom is the link's business ----

v1::PeerMessage encode(ChainIndex chain, const PeerMessage& message);
Result<PeerMessage> decode_peer_message(const v1::PeerMessage& message, const ChainName& chain);

v1::RaftEntry encode(const RaftEntry& entry);
Result<RaftEntry> decode_raft_entry(const v1::RaftEntry& message, const ChainName& chain);

v1::BftVote encode(const BftVote& vote);
Result<BftVote> decode(const v1::BftVote& message);

v1::BftProposal encode(const BftProposal& proposal);
Result<BftProposal> decode_bft_proposal(const v1::BftProposal& message, const ChainName& chain);

// ---- what a chain peer keeps on disk ----

v1::RaftVoteState encode(const RaftVoteState& state);
Result<RaftVoteState> decode(const v1::RaftVoteState& message);

v1::RaftLogTrim encode(const RaftLogTrim& trim);
Result<RaftLogTrim> decode(const v1::RaftLogTrim& message);

v1::FinalMark encode(const FinalMark& mark);
Result<FinalMark> decode(const v1::FinalMark& message);

v1::TreeVoteState encode(const TreeVoteState& state);
Result<TreeVoteState> decode(const v1::TreeVoteState& message);

v1::BftVoteState encode(const BftVoteState& state);
Result<BftVoteState> decode_bft_vote_state(const v1::BftVoteState& message, const ChainName& chain);

// ---- commissions ----

v1::Place encode(const Place& place);
Result<Place> decode(const v1::Place& message);

v1::Wan encode(const WanParameters& wan);
Result<WanParameters> decode(const v1::Wan& message);

v1::City encode(const CitySpec& city);
Result<CitySpec> decode(const v1::City& message);

v1::Chain encode(const ChainSpec& chain);
Result<ChainSpec> decode(const v1::Chain& message);

// Checked as a whole too: no city or chain twice, every peer's city is listed, a chain is hosted by this node.
v1::CommissionNodeRequest encode(const NodeSpec& spec);
Result<NodeSpec> decode(const v1::CommissionNodeRequest& message);

v1::Plan encode(const Plan& plan);
Result<Plan> decode(const v1::Plan& message);

v1::RoutingRule encode(const RoutingRule& rule);
Result<RoutingRule> decode(const v1::RoutingRule& message);

v1::Project encode(const ProjectSpec& project);
Result<ProjectSpec> decode(const v1::Project& message);

v1::Route encode(const RouteSpec& route);
Result<RouteSpec> decode(const v1::Route& message);

v1::GatewayPace encode(const GatewayPace& pace);
Result<GatewayPace> decode(const v1::GatewayPace& message);
v1::RouteUse encode(const RouteUse& use);
Result<RouteUse> decode(const v1::RouteUse& message);

// Checked as a whole too: cities and routes stand in the order of their index, no gap, every peer's city is listed.
v1::CommissionGatewayRequest encode(const GatewaySpec& spec);
Result<GatewaySpec> decode(const v1::CommissionGatewayRequest& message);

// ---- accounts and quotas ----

v1::Grants encode(const Grants& grants);
Result<Grants> decode(const v1::Grants& message);

v1::PortalAccount encode(const PortalAccount& portal);
Result<PortalAccount> decode(const v1::PortalAccount& message);

v1::AccessKey encode(const AccessKey& key);
Result<AccessKey> decode(const v1::AccessKey& message);

v1::ProjectAccount encode(const ProjectAccount& project);
Result<ProjectAccount> decode(const v1::ProjectAccount& message);

// Checked as a whole too, by check() of core/account.h.
v1::AccountsRecord encode(const Accounts& accounts);
Result<Accounts> decode(const v1::AccountsRecord& message);

v1::QuotaRecord encode(const QuotaRecord& record);
Result<QuotaRecord> decode(const v1::QuotaRecord& message);
v1::QuotaAsk encode(const QuotaAsk& ask);
Result<QuotaAsk> decode(const v1::QuotaAsk& message);
v1::QuotaShare encode(const QuotaGrant& grant);
Result<QuotaGrant> decode_grant(const v1::QuotaShare& message);
v1::QuotaShare encode(const QuotaReturn& returned);
Result<QuotaReturn> decode_return(const v1::QuotaShare& message);

}  // namespace bsn
