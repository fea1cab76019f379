// What is encoded and decoded comes back equal, with every field of the message in use.
#include <gtest/gtest.h>

#include "proto/codec.h"
#include "proto/codec_gateway_view.h"
#include "tests/fixtures/sample_values.h"

namespace bsn {
namespace {

// The names of fields that are unset although the sample value has them: forgotten by encode.
std::vector<std::string> unset_fields(const google::protobuf::Message& message) {
  std::vector<std::string> unset;
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto* field = message.GetDescriptor()->field(i);
    const bool there =
        field->is_repeated() ? reflection.FieldSize(message, field) > 0 : reflection.HasField(message, field);
    if (!there && !field->containing_oneof()) unset.push_back(field->name());
  }
  return unset;
}

// encode writes every field, and encoding what was decoded gives the same bytes: decode reads every field.
template <class Message, class Decoded>
void expect_round_trip(const Message& message, const Result<Decoded>& decoded, const Message& again) {
  EXPECT_EQ(unset_fields(message), std::vector<std::string>{}) << message.GetTypeName();
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(message.SerializeAsString(), again.SerializeAsString()) << message.GetTypeName();
}

TEST(Codec, ASubmitCallComesBackEqual) {
  const Call call = sample::submit_call();
  const Result<Call> decoded = decode(encode(call));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, call);
  EXPECT_EQ(unset_fields(encode_submit(call)), std::vector<std::string>{});
}

TEST(Codec, AQueryCallComesBackEqual) {
  const Call call = sample::query_call();
  const Result<Call> decoded = decode(encode(call));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, call);
  EXPECT_EQ(unset_fields(encode_query(call)), std::vector<std::string>{});
}

TEST(Codec, EveryLevelComesBackEqual) {
  for (const Level level : {Level::accepted, Level::committed, Level::final_, Level::local}) {
    Call call = sample::submit_call();
    call.level = level;
    EXPECT_EQ(decode(encode(call))->level, level);
  }
}

TEST(Codec, AReplyComesBackEqual) {
  const Reply reply = sample::reply();
  const auto message = encode(reply);
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(decoded->reason, reply.reason);
  EXPECT_EQ(decoded->city, reply.city);
  EXPECT_EQ(decoded->split, reply.split);
}

TEST(Codec, ATraceContextComesBackEqual) {
  const auto message = encode(sample::trace_context());
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(*decoded, sample::trace_context());
}

TEST(Codec, AReplysTextForPeopleIsAlwaysReadable) {
  Reply reply = sample::reply();
  reply.message = "no account \xff\xfe";
  v1::Reply received;
  ASSERT_TRUE(received.ParseFromString(encode(reply).SerializeAsString()));
  EXPECT_EQ(received.message(), "no account ??");
}

TEST(Codec, TheNumbersOfStatusReasonAndReceiptAreThoseOfTheContract) {
  EXPECT_EQ(static_cast<int>(Reason::peers_disagree), v1::REASON_PEERS_DISAGREE);
  EXPECT_EQ(static_cast<int>(Reason::no_healthy_peer), v1::REASON_NO_HEALTHY_PEER);
  EXPECT_EQ(static_cast<int>(ReceiptStatus::duplicate), v1::RECEIPT_STATUS_DUPLICATE);
  for (int number = 0; number <= v1::REASON_PEERS_DISAGREE; ++number) {
    const std::string name = "REASON_" + std::string(to_string(static_cast<Reason>(number)));
    EXPECT_EQ(v1::Reason_Name(static_cast<v1::Reason>(number)), name);
  }
}

TEST(Codec, ATransactionComesBackEqualWithItsIdentity) {
  const auto transaction = sample::transaction();
  const auto message = encode(*transaction);
  const auto decoded = decode_transaction(message, sample::chain_name);
  expect_round_trip(message, decoded, encode(**decoded));
  EXPECT_EQ((*decoded)->body, transaction->body);
  EXPECT_EQ((*decoded)->size, transaction->size);
}

TEST(Codec, AProposalComesBackEqual) {
  const auto message = encode(*sample::sealed_proposal());
  const auto decoded = decode_proposal(message, sample::chain_name);
  expect_round_trip(message, decoded, encode(**decoded));
  EXPECT_EQ(proposal_digest(**decoded), proposal_digest(*sample::sealed_proposal()));
}

TEST(Codec, ABlockComesBackEqual) {
  const auto block = sample::block();
  const auto message = encode(*block);
  const auto decoded = decode_block(message, sample::chain_name);
  expect_round_trip(message, decoded, encode(**decoded));
  EXPECT_EQ((*decoded)->header, block->header);
  EXPECT_EQ((*decoded)->receipts, block->receipts);
}

TEST(Codec, EveryPeerMessageComesBackEqual) {
  for (const PeerMessage& value : sample::peer_messages()) {
    const auto message = encode(ChainIndex{3}, value);
    const auto decoded = decode_peer_message(message, sample::chain_name);
    expect_round_trip(message, decoded, encode(ChainIndex{3}, *decoded));
    EXPECT_EQ(decoded->index(), value.index());
  }
}

TEST(Codec, WhatIsKeptOnDiskComesBackEqual) {
  const auto vote = encode(RaftVoteState{4, ValidatorIndex{2}});
  expect_round_trip(vote, decode(vote), encode(*decode(vote)));
  const auto no_vote = decode(encode(RaftVoteState{4, std::nullopt}));
  EXPECT_FALSE(no_vote->voted_for.has_value());
  const auto trim = encode(RaftLogTrim{7, 3, 6, {{0}, {2}}});
  expect_round_trip(trim, decode(trim), encode(*decode(trim)));
  const auto mark = encode(FinalMark{4});
  expect_round_trip(mark, decode(mark), encode(*decode(mark)));
  const auto tree = encode(TreeVoteState{std::string("\0\1", 2)});
  expect_round_trip(tree, decode(tree), encode(*decode(tree)));
  const auto bft = encode(sample::bft_vote_state());
  const auto decoded = decode_bft_vote_state(bft, sample::chain_name);
  expect_round_trip(bft, decoded, encode(*decoded));
}

TEST(Codec, ANodesCommissionComesBackEqual) {
  const auto message = encode(sample::node_spec());
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(decoded->wan, sample::wan());
  EXPECT_EQ(decoded->cities[3].place.region, Region::overseas);
  EXPECT_EQ(unset_fields(message.chains(0)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.chains(0).raft()), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.chains(1).bft()), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.cities(3)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.cities(3).place()), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.wan()), std::vector<std::string>{});
}

TEST(Codec, TheParametersOfEveryFamilyComeBackEqual) {
  std::vector<EngineParameters> engines = {sample::raft_parameters(), sample::bft_parameters(),
                                           sample::dpos_parameters(), sample::pow_parameters()};
  for (const SlotParameters& slot : sample::slot_parameters()) engines.push_back(slot);
  for (const EngineParameters& engine : engines) {
    const auto message = encode(sample::chain(1, engine));
    const auto decoded = decode(message);
    expect_round_trip(message, decoded, encode(*decoded));
    EXPECT_EQ(decoded->engine.index(), engine.index());
  }
  const auto dpos = encode(sample::chain(1, sample::dpos_parameters()));
  EXPECT_EQ(unset_fields(dpos.dpos()), std::vector<std::string>{});
  const auto pow = encode(sample::chain(1, sample::pow_parameters()));
  EXPECT_EQ(unset_fields(pow.pow()), std::vector<std::string>{});
  for (const SlotParameters& slot : sample::slot_parameters()) {
    const auto message = encode(sample::chain(1, slot));
    const auto& policy = message.slot();
    const auto* field =
        policy.GetReflection()->GetOneofFieldDescriptor(policy, policy.GetDescriptor()->FindOneofByName("policy"));
    ASSERT_NE(field, nullptr);
    EXPECT_EQ(unset_fields(policy.GetReflection()->GetMessage(policy, field)), std::vector<std::string>{});
  }
}

TEST(Codec, AGatewaysCommissionComesBackEqual) {
  const auto message = encode(sample::gateway_spec());
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(unset_fields(message.routes(1)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.projects(0)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.projects(0).plan()), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.projects(0).routing()), std::vector<std::string>{});
  EXPECT_EQ(decoded->shared_loops, sample::gateway_spec().shared_loops);
  EXPECT_EQ(decoded->routes[1].routing, sample::gateway_spec().routes[1].routing);
  EXPECT_EQ(decoded->projects[0].routing, sample::gateway_spec().projects[0].routing);
}

TEST(Codec, TheGatewaysPaceComesBackEqual) {
  GatewayPace pace{{{{"fabric", "trade"}, 7, 2, {}}}, {{"beijing", milliseconds(3)}}};
  pace.routes[0].took[17] = 9;
  const auto message = encode(pace);
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(unset_fields(message.routes(0)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.cities(0)), std::vector<std::string>{});
  EXPECT_EQ(decoded->routes[0].took[17], 9U);
  EXPECT_EQ(decoded->cities[0].lag, milliseconds(3));
  auto cut = message;
  cut.mutable_routes(0)->mutable_took()->RemoveLast();
  EXPECT_FALSE(decode(cut).ok()) << "another set of classes";
}

TEST(Codec, AccountsAndQuotasComeBackEqual) {
  const auto message = encode(sample::accounts());
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(*decoded, sample::accounts());
  EXPECT_EQ(unset_fields(message.portals(1)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.projects(0)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.projects(0).grants()), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.projects(0).keys(0)), std::vector<std::string>{});
  const auto record = encode(QuotaRecord{"shop", 20'000, 7});
  EXPECT_EQ(unset_fields(record), std::vector<std::string>{});
  EXPECT_EQ(*decode(record), (QuotaRecord{"shop", 20'000, 7}));
}

TEST(Codec, WhatGatewaysSayOfSharesComesBackEqual) {
  const auto ask = encode(QuotaAsk{"shop", 10, 100});
  EXPECT_EQ(unset_fields(ask), std::vector<std::string>{});
  expect_round_trip(ask, decode(ask), encode(*decode(ask)));
  const auto grant = encode(QuotaGrant{"shop", 20'000, 7});
  EXPECT_EQ(unset_fields(grant), std::vector<std::string>{});
  expect_round_trip(grant, decode_grant(grant), encode(*decode_grant(grant)));
  const auto returned = encode(QuotaReturn{"shop", 20'000, 7});
  expect_round_trip(returned, decode_return(returned), encode(*decode_return(returned)));
}

TEST(Codec, AccountsThatDoNotFitTogetherAreRefused) {
  auto message = encode(sample::accounts());
  message.mutable_projects(0)->set_portal("nobody");
  const auto decoded = decode(message);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
}

TEST(Codec, AViewOfAGatewayComesBackEqual) {
  const auto message = encode(sample::gateway_view());
  const auto decoded = decode(message);
  expect_round_trip(message, decoded, encode(*decoded));
  EXPECT_EQ(unset_fields(message.clients(0)), std::vector<std::string>{});
  EXPECT_EQ(unset_fields(message.nodes(0)), std::vector<std::string>{});
  EXPECT_EQ(decoded->clients.at(0).quiet, milliseconds(20));
  EXPECT_EQ(decoded->nodes.at(0).answer_batches, 8u);
}

TEST(Codec, AViewWithANegativeAgeIsRefused) {
  auto message = encode(sample::gateway_view());
  message.mutable_nodes(0)->set_age_ns(-1);
  const auto decoded = decode(message);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().message, "GatewayView: age_ns is negative");
}

}  // namespace
}  // namespace bsn
