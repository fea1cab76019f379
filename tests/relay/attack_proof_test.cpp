// Relayers that bring what is not so: forged, foreign, old, repeated and misshapen proofs. Each is refused and changes
// nothing.
#include <gtest/gtest.h>

#include "core/state_proof.h"
#include "tests/relay/bridge.h"
#include "tests/relay/proof_parts.h"

namespace bsn {
namespace {

// A packet that the hub could take over, with its proof.
struct ReadyToRelay {
  Bridge bridge;
  Packet packet = bridge.send_hundred();
  Bridge::Proved fact = bridge.teach(irita, fabric, Bridge::committed(packet));

  void expect_refused(const std::string& packet_bytes, const std::string& at, const std::string& proof,
                      const std::string& why) {
    bridge.expect_refused(irita, "hub", "relay", {packet_bytes, at, proof}, why);
  }
};

// BNB's bridge took proofs of a shape that no tree makes.
TEST(AttackProof, MisshapenProofs) {
  ReadyToRelay ready;
  const std::string bytes = encode(ready.packet);
  const Digest path = StateTree::path_of(Bridge::committed(ready.packet));
  const ProofParts good = take_apart(ready.fact.proof, path);
  ASSERT_GE(good.steps.size(), 2U);
  ASSERT_EQ(put_together(good, path), ready.fact.proof);
  const auto refused = [&](const ProofParts& proof) {
    ready.expect_refused(bytes, ready.fact.at, put_together(proof, path), "does not prove");
  };
  ProofParts bad = good;
  bad.steps.push_back({255, Digest{}});
  refused(bad);
  bad = good;
  bad.steps.pop_back();
  refused(bad);
  bad = good;
  std::swap(bad.steps[0], bad.steps[1]);
  refused(bad);
  bad = good;
  bad.steps.insert(bad.steps.begin(), bad.steps[0]);
  refused(bad);
  bad = good;
  bad.mark = proof_mark::other_leaf;
  refused(bad);
  bad.path = path;  // the same leaf in a form that has more than it needs
  refused(bad);
  bad.mark = proof_mark::empty;
  refused(bad);
  bad = good;
  bad.mark = 259;
  refused(bad);
  bad = good;
  bad.value = sha256("something else");
  refused(bad);
  ready.expect_refused(bytes, ready.fact.at, put_together({{}, proof_mark::empty, {}, {}}, path), "does not prove");
}

TEST(AttackProof, BytesTooManyOrTooFew) {
  ReadyToRelay ready;
  const std::string bytes = encode(ready.packet), proof = ready.fact.proof;
  ready.expect_refused(bytes, ready.fact.at, proof + '\0', "does not prove");
  ready.expect_refused(bytes, ready.fact.at, proof.substr(0, proof.size() - 1), "does not prove");
  ready.expect_refused(bytes, ready.fact.at, "", "does not prove");
  ready.expect_refused(bytes + '\0', ready.fact.at, proof, "not the bytes of a packet");
  ready.expect_refused(bytes.substr(1), ready.fact.at, proof, "not the bytes of a packet");
}

TEST(AttackProof, EveryFlippedBitOfAProof) {
  ReadyToRelay ready;
  const Digest root = ready.fact.header.header.state_root;
  const std::string key = Bridge::committed(ready.packet), value = encode(ready.packet);
  ASSERT_TRUE(proves_value(root, key, value, ready.fact.proof));
  for (std::size_t bit = 0; bit < 8 * ready.fact.proof.size(); ++bit) {
    std::string flipped = ready.fact.proof;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(proves_value(root, key, value, flipped) || proves_absence(root, key, flipped)) << bit;
  }
}

// A leaf's hash stands where an inner node's would, and the other way about.
TEST(AttackProof, ALeafForAnInnerNode) {
  StateTree tree;
  for (const std::string key : {"a", "b"}) tree.set(StateTree::path_of(key), key, "value of " + key);
  const Digest root = tree.root();
  const Digest path = StateTree::path_of("a");
  const ProofParts proof = take_apart(tree.prove(path), path);
  ASSERT_EQ(proof.steps.size(), 1U);
  ProofParts shorter = proof;
  shorter.steps.clear();
  EXPECT_FALSE(proves_value(root, "a", "value of a", put_together(shorter, path)));
  // The bytes that the inner node hashes, offered as a value; and the root as a leaf of its own.
  const Digest leaf = state_leaf(path, sha256("value of a"));
  const bool side = path_bit(path, proof.steps[0].bit);
  const std::string below = std::string(side ? proof.steps[0].sibling.view() : leaf.view()) +
                            std::string(side ? leaf.view() : proof.steps[0].sibling.view());
  shorter.value = sha256(below);
  EXPECT_FALSE(proves_value(root, "a", below, put_together(shorter, path)));
  shorter.value = sha256("value of b");
  EXPECT_FALSE(proves_value(leaf, "b", "value of b", put_together(shorter, path)));
}

// Nomad's bridge believed the root that it had for "nothing known": zero.
TEST(AttackProof, AZeroRootAndHeightsThatNobodyProved) {
  ReadyToRelay ready;
  FinalHeader zero = ready.fact.header;
  zero.header.height += 1;
  zero.header.state_root = Digest{};
  zero = ready.bridge.chain(fabric).prove(zero.header, {});
  ready.bridge.expect_refused(irita, "hub", "update", {to_string(fabric), encode(zero)}, "no state root");
  for (const std::string at : {"0", "1", "1000000", "18446744073709551615"}) {
    ready.expect_refused(encode(ready.packet), at, ready.fact.proof, "no header of height");
  }
  const Digest path = StateTree::path_of("key");
  EXPECT_FALSE(proves_absence(Digest{}, "key", put_together({{}, proof_mark::empty, {}, {}}, path)));
  EXPECT_FALSE(proves_value(Digest{}, "key", "", put_together({{}, proof_mark::leaf, {}, sha256("")}, path)));
}

// Wormhole's bridge let the caller say who verifies. Here the packet says from where it comes, and only that chain's
// client is asked.
TEST(AttackProof, AnotherChainAsWitness) {
  ReadyToRelay ready;
  // Neo's state has the same key and value in a world of its own; the hub knows neo by neo's headers only.
  Packet forged = ready.packet;
  forged.source = neo;
  forged.destination = fabric;
  ready.bridge.teach(irita, neo, Bridge::committed(forged));
  ready.expect_refused(encode(forged), ready.fact.at, ready.fact.proof, "");
  const FinalHeader foreign = ready.bridge.prove(neo, "x").header;
  ready.bridge.expect_refused(irita, "hub", "update", {to_string(fabric), encode(foreign)}, "");
  const FinalHeader depth = ready.bridge.prove(ethereum, "x").header;
  ready.bridge.expect_refused(irita, "hub", "update", {to_string(fabric), encode(depth)}, "come with a certificate");
}

TEST(AttackProof, AnotherPacketAnotherValueAnotherHeight) {
  ReadyToRelay ready;
  Packet more = ready.packet;
  std::get<TransferBody>(more.body).amount = 1000;
  ready.expect_refused(encode(more), ready.fact.at, ready.fact.proof, "does not prove");
  Packet next = ready.packet;
  next.sequence = 2;
  ready.expect_refused(encode(next), ready.fact.at, ready.fact.proof, "does not prove");
  ready.expect_refused(encode(ready.packet), std::to_string(ready.fact.header.header.height - 1), ready.fact.proof,
                       "no header of height");
  ready.bridge.expect_done(irita, "hub", "relay", {encode(ready.packet), ready.fact.at, ready.fact.proof});
}

TEST(AttackProof, EverythingTwice) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  const auto sent = bridge.teach(irita, fabric, Bridge::committed(packet));
  bridge.expect_done(irita, "hub", "relay", {encode(packet), sent.at, sent.proof});
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), sent.at, sent.proof}, "taken over already");
  const auto taken = bridge.teach(neo, irita, Bridge::committed(packet));
  bridge.expect_done(neo, "xchain", "receive", {encode(packet), taken.at, taken.proof});
  bridge.expect_refused(neo, "xchain", "receive", {encode(packet), taken.at, taken.proof}, "received already");
  const auto ack = bridge.teach(irita, neo, Bridge::received(packet));
  const auto at_hub = Bridge::with(bridge.at_hub(packet), {*ack.value, ack.at, ack.proof});
  bridge.expect_done(irita, "hub", "acknowledge", at_hub);
  bridge.expect_refused(irita, "hub", "acknowledge", at_hub, "no such packet");
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), sent.at, sent.proof}, "taken over already");
  const auto back = bridge.teach(fabric, irita, Bridge::committed(packet));
  const auto at_source = Bridge::with(bridge.at_source(packet), {*back.value, back.at, back.proof});
  bridge.expect_done(fabric, "xchain", "acknowledge", at_source);
  bridge.expect_refused(fabric, "xchain", "acknowledge", at_source, "no such packet");
  EXPECT_EQ(bridge.vouchers_at(neo, irita, fabric), 100U);
  EXPECT_EQ(bridge.balance_at(fabric, "alice"), 900U);
  bridge.expect_nothing_violated();
}

// The hub keeps a packet and later its outcome under one key.
TEST(AttackProof, WhatTheHubKeepsShownAsSomethingElse) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  bridge.relay(packet);
  const auto under_way = bridge.teach(fabric, irita, Bridge::committed(packet));
  const auto as_outcome = Bridge::with(bridge.at_source(packet), {*under_way.value, under_way.at, under_way.proof});
  bridge.expect_refused(fabric, "xchain", "acknowledge", as_outcome, "not the bytes of an acknowledgement");
  const auto as_late = Bridge::with(bridge.at_source(packet), {under_way.at, under_way.proof});
  bridge.expect_refused(fabric, "xchain", "time_out", as_late, "does not prove");
  bridge.receive(packet);
  bridge.acknowledge_at_hub(packet);
  const auto outcome = bridge.teach(fabric, irita, Bridge::committed(packet));
  const auto late = Bridge::with(bridge.at_source(packet), {outcome.at, outcome.proof});
  bridge.expect_refused(fabric, "xchain", "time_out", late, "does not prove");
  EXPECT_FALSE(decode_packet(*outcome.value));
  bridge.acknowledge_at_source(packet);
  bridge.expect_nothing_violated();
}

// The old proofs still stand under headers that are known after everything was pruned.
TEST(AttackProof, OldProofsAfterPruning) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  const auto sent = bridge.teach(irita, fabric, Bridge::committed(packet));
  bridge.relay(packet);
  const auto taken = bridge.teach(neo, irita, Bridge::committed(packet));
  bridge.receive(packet);
  bridge.acknowledge_at_hub(packet);
  bridge.acknowledge_at_source(packet);
  const std::string done = packet_path::done_below(lane_of(packet));
  const auto resolved = bridge.teach(irita, fabric, done);
  bridge.expect_done(irita, "hub", "prune", {to_string(fabric), to_string(neo), "2", resolved.at, resolved.proof});
  const auto outcome = bridge.teach(neo, irita, done);
  bridge.expect_done(neo, "xchain", "prune",
                     {to_string(irita), to_string(fabric), to_string(neo), "2", outcome.at, outcome.proof});
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), sent.at, sent.proof}, "taken over already");
  bridge.expect_refused(neo, "xchain", "receive", {encode(packet), taken.at, taken.proof}, "received already");
  const auto absent = bridge.teach(irita, neo, Bridge::received(packet));
  EXPECT_FALSE(absent.value);
  bridge.expect_refused(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {absent.at, absent.proof}),
                        "no such packet");
  EXPECT_EQ(bridge.vouchers_at(neo, irita, fabric), 100U);
  bridge.expect_nothing_violated();
}

TEST(AttackProof, PruningWhatIsNotDone) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  bridge.relay(packet);
  bridge.receive(packet);
  const auto done = bridge.teach(irita, fabric, packet_path::done_below(lane_of(packet)));
  bridge.expect_refused(irita, "hub", "prune", {to_string(fabric), to_string(neo), "2", done.at, done.proof},
                        "not done");
  const auto open = bridge.teach(neo, irita, packet_path::done_below(lane_of(packet)));
  bridge.expect_refused(neo, "xchain", "prune",
                        {to_string(irita), to_string(fabric), to_string(neo), "2", open.at, open.proof},
                        "does not prove");
  bridge.expect_refused(fabric, "xchain", "prune",
                        {to_string(irita), to_string(fabric), to_string(neo), "2", open.at, open.proof},
                        "says nothing");
}

// 2PATH: a packet is bound to its hub.
TEST(AttackProof, APacketOnTheOtherHub) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  const auto sent = bridge.teach(poly, fabric, Bridge::committed(packet));
  bridge.expect_refused(poly, "hub", "relay", {encode(packet), sent.at, sent.proof}, "goes by way of irita-hub/main");
  Packet renamed = packet;
  renamed.hub = poly;
  bridge.expect_refused(poly, "hub", "relay", {encode(renamed), sent.at, sent.proof}, "does not prove");
  bridge.relay(packet);
  // The destination asks the client of the packet's hub, whatever hub the proof is from.
  const auto taken = bridge.teach(neo, irita, Bridge::committed(packet));
  bridge.expect_refused(neo, "xchain", "receive", {encode(renamed), taken.at, taken.proof}, "");
  bridge.expect_refused(ethereum, "xchain", "receive", {encode(packet), taken.at, taken.proof},
                        "the packet is for neo/main");
  bridge.expect_nothing_violated();
}

}  // namespace
}  // namespace bsn
