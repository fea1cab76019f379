// What decode refuses: whatever could mislead or overrun what is behind it.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/random.h"
#include "proto/codec.h"
#include "tests/fixtures/sample_values.h"

namespace bsn {
namespace {

template <class T>
void expect_refused(const Result<T>& decoded, std::string_view why) {
  ASSERT_FALSE(decoded.ok()) << "accepted, although: " << why;
  EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
  EXPECT_NE(decoded.error().message.find(why), std::string::npos) << decoded.error().message;
}

TEST(CodecRefuses, ACallWithoutKindOrLevel) {
  expect_refused(decode(v1::Call()), "neither submit nor query");
  auto message = encode(sample::submit_call());
  message.mutable_submit()->set_level(v1::LEVEL_UNSPECIFIED);
  expect_refused(decode(message), "level is missing");
  message.mutable_submit()->set_level(static_cast<v1::Level>(17));
  expect_refused(decode(message), "level has an unknown number");
  message.mutable_submit()->set_level(static_cast<v1::Level>(-1));
  expect_refused(decode(message), "level has an unknown number");
}

TEST(CodecRefuses, AReplyOutOfRange) {
  auto message = encode(sample::reply());
  message.set_status(17);
  expect_refused(decode(message), "status");
  message = encode(sample::reply());
  message.set_reason(static_cast<v1::Reason>(-3));
  expect_refused(decode(message), "reason");
  message = encode(sample::reply());
  message.set_transaction("short");
  expect_refused(decode(message), "transaction is no digest");
  message = encode(sample::reply());
  message.mutable_split()->set_wire_ns(-1);
  expect_refused(decode(message), "wire_ns is negative");
}

TEST(CodecRefuses, ATransactionOfAnotherChain) {
  const auto message = encode(*sample::transaction());
  expect_refused(decode_transaction(message, {"fabric", "other"}), "id is not that of its content");
}

TEST(CodecRefuses, AChangedTransaction) {
  auto message = encode(*sample::transaction());
  message.set_args(2, "11");
  expect_refused(decode_transaction(message, sample::chain_name), "id is not that of its content");
}

TEST(CodecRefuses, ABlockWhoseContentIsNotItsHeaders) {
  const auto refused_after = [](const std::function<void(v1::Block&)>& change, std::string_view why) {
    auto message = encode(*sample::block());
    change(message);
    expect_refused(decode_block(message, sample::chain_name), why);
  };
  refused_after([](auto& b) { b.set_time_ns(100); }, "hash is not the header's");
  refused_after([](auto& b) { b.set_state_root(std::string(32, 'x')); }, "hash is not the header's");
  refused_after([](auto& b) { b.mutable_transactions()->SwapElements(0, 1); }, "transactions_root");
  refused_after([](auto& b) { b.mutable_receipts(0)->set_value("yes"); }, "receipts_root");
  refused_after([](auto& b) { b.mutable_receipts()->RemoveLast(); }, "one receipt per transaction");
  refused_after([](auto& b) { b.clear_hash(); }, "hash is missing");
  refused_after([](auto& b) { b.set_height(0); }, "height is 0");
}

TEST(CodecRefuses, EntriesAndBlocksWithGaps) {
  auto append = encode(ChainIndex{0}, sample::peer_messages()[2]);
  append.mutable_raft_append()->mutable_entries(1)->set_index(11);
  expect_refused(decode_peer_message(append, sample::chain_name), "entries don't follow each other");
  auto blocks = encode(ChainIndex{0}, Blocks{{sample::block(5), sample::block(7)}, 9});
  expect_refused(decode_peer_message(blocks, sample::chain_name), "blocks don't follow each other");
}

TEST(CodecRefuses, AProposalThatIsNotForItsHeightOrRound) {
  auto message = encode(BftProposal{5, 2, 1, sample::proposal(5)});
  message.set_height(6);
  expect_refused(decode_bft_proposal(message, sample::chain_name), "another height");
  message = encode(BftProposal{5, 2, 2, sample::proposal(5)});
  expect_refused(decode_bft_proposal(message, sample::chain_name), "valid_round");
  message.clear_proposal();
  message.set_valid_round(-1);
  expect_refused(decode_bft_proposal(message, sample::chain_name), "proposal is missing");
}

TEST(CodecRefuses, ANodesCommissionThatDoesNotFitTogether) {
  const auto refused_after = [](const std::function<void(v1::CommissionNodeRequest&)>& change, std::string_view why) {
    auto message = encode(sample::node_spec());
    change(message);
    expect_refused(decode(message), why);
  };
  refused_after([](auto& m) { m.set_self(9); }, "own city");
  refused_after([](auto& m) { m.mutable_cities(1)->set_index(0); }, "a city twice");
  refused_after([](auto& m) { m.mutable_chains(0)->clear_followers(); }, "without a peer on this node");
  refused_after([](auto& m) { m.mutable_chains(0)->add_followers(77); }, "not listed");
  refused_after([](auto& m) { m.mutable_chains(0)->add_followers(0); }, "names a city twice");
  refused_after([](auto& m) { m.mutable_chains(0)->clear_engine(); }, "engine is missing");
  refused_after([](auto& m) { m.mutable_chains(1)->set_index(1); }, "lists a chain twice");
  refused_after([](auto& m) { m.mutable_cities(0)->set_state(6); }, "state");
  refused_after([](auto& m) { m.mutable_wan()->set_mainland_loss(std::numeric_limits<double>::quiet_NaN()); },
                "mainland_loss");
  refused_after([](auto& m) { m.mutable_wan()->set_fixed_ns(-1); }, "fixed_ns");
  refused_after([](auto& m) { m.clear_wan(); }, "fibre_km_per_second");
}

TEST(CodecRefuses, AGatewaysCommissionThatDoesNotFitTogether) {
  auto message = encode(sample::gateway_spec());
  message.set_home(5);
  expect_refused(decode(message), "home");
  message = encode(sample::gateway_spec());
  message.mutable_cities()->SwapElements(0, 1);
  expect_refused(decode(message), "order of their index");
  message = encode(sample::gateway_spec());
  message.mutable_projects(0)->clear_key_hash();
  expect_refused(decode(message), "key_hash is missing");
  message = encode(sample::gateway_spec());
  message.mutable_routes(1)->mutable_routing()->set_compare(1);
  expect_refused(decode(message), "compare is out of range");
  message.mutable_routes(1)->mutable_routing()->set_compare(RoutingRule::compare_max + 1);
  expect_refused(decode(message), "compare is out of range");
  message = encode(sample::gateway_spec());
  message.mutable_shared_loops(0)->add_cities(5);
  expect_refused(decode(message), "shared loop");
}

TEST(CodecRefuses, ATraceThatIsNone) {
  const auto refused_after = [](auto spoil, const std::string& field) {
    v1::TraceContext message = encode(sample::trace_context());
    spoil(message);
    expect_refused(decode(message), field);
  };
  refused_after([](auto& m) { m.set_trace("short"); }, "16 bytes");
  refused_after([](auto& m) { m.set_trace(std::string(16, '\0')); }, "names no trace");
  refused_after([](auto& m) { m.clear_span(); }, "no span");
}

// Changes, cuts or doubles a few bytes.
std::string damaged(std::string bytes, Random& random) {
  const std::uint64_t changes = 1 + random.below(8);
  for (std::uint64_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.next());
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random.next()));
        break;
      default:
        bytes.erase(at, 1);
    }
  }
  return bytes;
}

// Whatever the bytes, decoding ends with a value or an error, and what it accepts survives another round.
template <class Message, class Decode, class Encode>
void survive_damage(const Message& good, const Decode& decode_one, const Encode& encode_one) {
  const google::protobuf::LogSilencer silence;  // it would report every broken UTF-8
  Random random = Random(7).fork(good.GetTypeName());
  int parsed = 0;
  for (int i = 0; i < 3'000; ++i) {
    Message message;
    if (!message.ParseFromString(damaged(good.SerializeAsString(), random))) continue;
    ++parsed;
    const auto decoded = decode_one(message);
    if (!decoded) continue;
    EXPECT_TRUE(decode_one(encode_one(*decoded)).ok());
  }
  EXPECT_GT(parsed, 30) << good.GetTypeName();
}

TEST(CodecRefuses, DamagedMessagesNeverBreakIt) {
  const auto simple = [](const auto& message) { return decode(message); };
  const auto back = [](const auto& value) { return encode(value); };
  const auto back_shared = [](const auto& value) { return encode(*value); };
  survive_damage(encode(sample::submit_call()), simple, back);
  survive_damage(encode(sample::reply()), simple, back);
  survive_damage(encode(sample::node_spec()), simple, back);
  survive_damage(encode(sample::gateway_spec()), simple, back);
  survive_damage(
      encode(*sample::block()), [](const auto& m) { return decode_block(m, sample::chain_name); }, back_shared);
  survive_damage(
      encode(sample::bft_vote_state()), [](const auto& m) { return decode_bft_vote_state(m, sample::chain_name); },
      back);
  for (const PeerMessage& message : sample::peer_messages()) {
    survive_damage(
        encode(ChainIndex{1}, message), [](const auto& m) { return decode_peer_message(m, sample::chain_name); },
        [](const auto& value) { return encode(ChainIndex{1}, value); });
  }
}

}  // namespace
}  // namespace bsn
