// Headers that nobody should believe: too few signers, foreign or future ones, old sets, and chains that contradict
// themselves. Each is refused and changes nothing, or freezes the client.
#include <gtest/gtest.h>

#include "core/voters_seal.h"
#include "node/light_client.h"
#include "tests/relay/bridge.h"

namespace bsn {
namespace {

// A header that fabric's validators could sign next, with a state root of somebody's choice.
BlockHeader invented(const Bridge::Proved& now) {
  BlockHeader header = now.header.header;
  header.height += 10;
  header.state_root = sha256("anything");
  return header;
}

CertificateEvidence certificate(const FinalHeader& header) { return std::get<CertificateEvidence>(header.evidence); }

void expect_update_refused(Bridge& bridge, const ChainName& at, const ChainName& of, const FinalHeader& header,
                           const std::string& why) {
  bridge.expect_refused(at, Bridge::contract_of(at), "update", {to_string(of), encode(header)}, why);
}

// Ronin's bridge fell to whoever held a few keys near the threshold.
TEST(AttackClient, TooFewSignersOrOneTwice) {
  Bridge bridge;
  // Irita's hub: four of equal weight, of which three sign.
  FinalHeader header = bridge.chain(irita).prove(invented(bridge.prove(irita, "x")), {});
  ASSERT_EQ(certificate(header).signers.size(), 3U);
  const auto with_signers = [&](const std::vector<CertificateEvidence::Signer>& signers) {
    return FinalHeader{header.header, CertificateEvidence{signers}};
  };
  const auto all = certificate(header).signers;
  expect_update_refused(bridge, neo, irita, with_signers({}), "too few");
  expect_update_refused(bridge, neo, irita, with_signers({all[0], all[1]}), "too few");
  expect_update_refused(bridge, neo, irita, with_signers({all[0], all[1], all[1]}), "none twice");
  expect_update_refused(bridge, neo, irita, with_signers({all[0], all[2], all[1]}), "ascending order");
  auto stranger = all;
  stranger[2].seat = {4};
  expect_update_refused(bridge, neo, irita, with_signers(stranger), "not in the set");
  auto copied = all;
  copied[2] = {{3}, all[1].signature};
  expect_update_refused(bridge, neo, irita, with_signers(copied), "a signature is wrong");
  auto flipped = all;
  flipped[0].signature.bytes[63] ^= 1;
  expect_update_refused(bridge, neo, irita, with_signers(flipped), "a signature is wrong");
  EXPECT_EQ(bridge.teach(neo, irita, header), "advanced");
}

TEST(AttackClient, SignedForAnotherHeaderOrChain) {
  Bridge bridge;
  const FinalHeader real = bridge.prove(irita, "x").header;
  FinalHeader moved = real;
  moved.header.state_root = sha256("anything");
  moved.header.height += 1;
  expect_update_refused(bridge, neo, irita, moved, "a signature is wrong");
  // Fabric's validators sign what they like, but not in the hub's name.
  const FinalHeader foreign = bridge.chain(fabric).prove(real.header, {});
  expect_update_refused(bridge, neo, irita, foreign, "too few");
  expect_update_refused(bridge, irita, {"nowhere", "main"}, real, "does not follow nowhere/main");
}

TEST(AttackClient, WorkMissingOrOnSomethingElse) {
  Bridge bridge;
  const FinalHeader real = bridge.prove(ethereum, "x").header;
  const auto evidence = std::get<DepthEvidence>(real.evidence);
  const auto refused = [&](const DepthEvidence& changed, const BlockHeader& header, const std::string& why) {
    expect_update_refused(bridge, irita, ethereum, {header, changed}, why);
  };
  auto shallow = evidence;
  shallow.children.pop_back();
  refused(shallow, real.header, "exactly 3");
  auto deeper = evidence;
  deeper.children.push_back(deeper.children.back());
  refused(deeper, real.header, "exactly 3");
  auto idle = evidence;
  idle.children[1].work = sha256("none");
  refused(idle, real.header, "no work");
  auto torn = evidence;
  std::swap(torn.children[0], torn.children[1]);
  refused(torn, real.header, "do not follow");
  BlockHeader other = real.header;
  other.state_root = sha256("anything");
  refused(evidence, other, "no work");
}

TEST(AttackClient, FromTheFuture) {
  Bridge bridge;
  BlockHeader header = invented(bridge.prove(fabric, "x"));
  header.time = bridge.world().now() + seconds(3600);
  expect_update_refused(bridge, irita, fabric, bridge.chain(fabric).prove(header, {}), "from the future");
}

TEST(AttackClient, BeyondTheTrustingPeriod) {
  LedgerWorldSpec spec = small_world_spec();
  spec.block_interval = seconds(8 * 24 * 3600);
  Bridge bridge(spec);
  const Packet packet = bridge.send_hundred(bridge.world().now() + seconds(1000L * 24 * 3600));
  const auto fact = bridge.teach(irita, fabric, Bridge::committed(packet));
  bridge.tick(2);
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), fact.at, fact.proof}, "expired");
  expect_update_refused(bridge, irita, fabric, bridge.prove(fabric, "x").header, "expired");
}

TEST(AttackClient, OlderThanWhatIsKept) {
  Bridge bridge;
  const FinalHeader old = bridge.prove(fabric, "x").header;
  bridge.tick();
  bridge.teach(irita, fabric, "x");
  expect_update_refused(bridge, irita, fabric, old, "a newer header is known");
}

// Everything that asks the client is refused from then on.
void expect_frozen(Bridge& bridge, const Packet& packet) {
  const auto fact = bridge.prove(fabric, Bridge::committed(packet));
  expect_update_refused(bridge, irita, fabric, fact.header, "frozen");
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), fact.at, fact.proof}, "frozen");
  const auto value = bridge.call(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {fact.at, fact.proof}));
  EXPECT_NE(value.status, ReceiptStatus::ok);
}

TEST(AttackClient, TwoHeadersOfOneHeightFreeze) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  const auto fact = bridge.teach(irita, fabric, Bridge::committed(packet));
  BlockHeader other = fact.header.header;
  other.state_root = sha256("a world in which more was sent");
  EXPECT_EQ(bridge.teach(irita, fabric, bridge.chain(fabric).prove(other, {})), "frozen");
  expect_frozen(bridge, packet);
  // Other chains' clients are as they were.
  bridge.teach(irita, neo, "x");
}

TEST(AttackClient, ForgedConflictsDoNotFreeze) {
  Bridge bridge;
  const auto fact = bridge.teach(irita, fabric, "x");
  FinalHeader other = fact.header;
  other.header.state_root = sha256("anything");
  expect_update_refused(bridge, irita, fabric, other, "a signature is wrong");
  bridge.teach(irita, fabric, "x");
}

TEST(AttackClient, TimeThatRunsBackwardFreezes) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  const auto fact = bridge.teach(irita, fabric, Bridge::committed(packet));
  BlockHeader later = invented(fact);
  later.time = fact.header.header.time - seconds(1);
  EXPECT_EQ(bridge.teach(irita, fabric, bridge.chain(fabric).prove(later, {})), "frozen");
  expect_frozen(bridge, packet);
}

// A branch of ethereum as deep as the one that was believed, from the same height.
std::vector<BlockHeader> branch(BlockHeader first, std::size_t above) {
  first.state_root = sha256("the money is spent otherwise");
  std::vector<BlockHeader> all{first};
  for (std::size_t i = 0; i < above; ++i) {
    BlockHeader next = all.back();
    next.parent = header_digest(all.back());
    next.height += 1;
    all.push_back(next);
  }
  return all;
}

FinalHeader prove_branch(Bridge& bridge, const std::vector<BlockHeader>& headers, std::size_t at) {
  return bridge.chain(ethereum).prove(headers[at], {headers.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                                    headers.begin() + static_cast<std::ptrdiff_t>(at) + 4});
}

TEST(AttackClient, AReorganisationDeeperThanTheConfirmationsFreezes) {
  Bridge bridge;
  const Packet packet = bridge.send(transfer_of(irita, ethereum, neo, 100, ethereum, bridge.in_an_hour()));
  const auto fact = bridge.teach(irita, ethereum, Bridge::committed(packet));
  bridge.relay(packet);
  const auto believed = bridge.prove_to(irita, ethereum, "x");
  bridge.teach(irita, ethereum, believed.header);
  const auto other = branch(believed.header.header, 3);
  EXPECT_EQ(bridge.teach(irita, ethereum, prove_branch(bridge, other, 0)), "frozen");
  expect_update_refused(bridge, irita, ethereum, bridge.prove(ethereum, "x").header, "frozen");
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), fact.at, fact.proof}, "");
}

// A branch of which no header stands where the client knows one: only what it descends from gives it away.
TEST(AttackClient, ADeepBranchAboveWhatIsKnownFreezes) {
  Bridge bridge;
  const Packet packet = bridge.send(transfer_of(irita, ethereum, neo, 100, ethereum, bridge.in_an_hour()));
  const auto believed = bridge.teach(irita, ethereum, Bridge::committed(packet));
  // Ethereum's miners undo that block and mine as many upon another one, in which the money was spent otherwise.
  StateTree state;
  BlockHeader spent = believed.header.header;
  spent.receipts_root = sha256("spent otherwise");
  const std::string key = block_hash_key(spent.height);
  state.set(StateTree::path_of(key), key, encode(BlockHash{spent.height, header_digest(spent)}));
  BlockHeader above = spent;
  above.height += 1;
  above.parent = header_digest(spent);
  above.state_root = state.root();
  std::vector<BlockHeader> headers{above};
  for (int i = 0; i < 3; ++i) {
    headers.push_back(headers.back());
    headers.back().parent = header_digest(headers[headers.size() - 2]);
    headers.back().height += 1;
  }
  FinalHeader header = prove_branch(bridge, headers, 0);
  auto& evidence = std::get<DepthEvidence>(header.evidence);
  evidence.descent = {spent.height, header_digest(spent), state.prove(StateTree::path_of(key))};
  EXPECT_EQ(bridge.teach(irita, ethereum, header), "frozen");
  expect_update_refused(bridge, irita, ethereum, bridge.prove_to(irita, ethereum, "x").header, "frozen");
  bridge.expect_refused(irita, "hub", "relay", {encode(packet), believed.at, believed.proof}, "frozen");
}

TEST(AttackClient, DescentThatIsNotProved) {
  Bridge bridge;
  const Height first = bridge.teach(irita, ethereum, "x").header.header.height;
  bridge.tick(3);
  const FinalHeader real = bridge.prove_to(irita, ethereum, "x").header;
  const auto refused = [&](std::optional<DepthEvidence::Descent> descent, const std::string& why) {
    FinalHeader changed = real;
    std::get<DepthEvidence>(changed.evidence).descent = std::move(descent);
    expect_update_refused(bridge, irita, ethereum, changed, why);
  };
  const std::string wanted = "from which block of height " + std::to_string(first);
  const DepthEvidence::Descent good = *std::get<DepthEvidence>(real.evidence).descent;
  refused(std::nullopt, wanted);
  refused(bridge.descent(ethereum, first + 1), wanted);
  const std::string unproved = "does not prove from which block";
  refused(DepthEvidence::Descent{first, sha256("another block"), good.proof}, unproved);
  refused(DepthEvidence::Descent{first, good.hash, "no proof"}, unproved);
  refused(DepthEvidence::Descent{first, good.hash, bridge.descent(ethereum, first + 1).proof}, unproved);
  // Nothing of it froze the client.
  EXPECT_EQ(bridge.teach(irita, ethereum, real), "advanced");
}

std::string encode_set(const std::vector<CertificateRule::Member>& members) {
  ByteWriter writer;
  for (const auto& member : members) writer.raw(member.key.view()).u64(member.weight);
  return writer.bytes();
}

std::string encode_signers(const CertificateEvidence& evidence) {
  ByteWriter writer;
  for (const auto& signer : evidence.signers) writer.u32(signer.seat.value).raw(signer.signature.view());
  return writer.bytes();
}

// Neo's set of four hands over to another four.
struct Handover {
  Bridge bridge;
  std::vector<SigningKey> present, next;
  std::vector<CertificateRule::Member> members;

  Handover() {
    for (std::uint32_t seat = 0; seat < 4; ++seat) {
      present.push_back(bridge.stolen_key(neo, seat));
      next.push_back(validator_key({"another", "chain"}, 5, {seat}));
      members.push_back({next.back().public_key(), 1});
    }
  }

  static CertificateEvidence sign(const std::vector<SigningKey>& keys, const std::string& message,
                                  std::uint32_t count) {
    CertificateEvidence evidence;
    for (std::uint32_t seat = 0; seat < count; ++seat) evidence.signers.push_back({{seat}, keys[seat].sign(message)});
    return evidence;
  }
  std::vector<std::string> change(const std::vector<SigningKey>& keys, std::uint64_t number,
                                  std::uint32_t count) const {
    const std::string message = LightClient::next_members_message(neo, number, members);
    return {to_string(neo), encode_set(members), encode_signers(sign(keys, message, count))};
  }
  FinalHeader header_by(const std::vector<SigningKey>& keys) {
    const BlockHeader header = bridge.prove(neo, "x").header.header;
    return {header, sign(keys, final_header_message(neo, header_digest(header)), 3)};
  }
};

TEST(AttackClient, OnlyThePresentSetHandsOver) {
  Handover test;
  Bridge& bridge = test.bridge;
  EXPECT_EQ(bridge.teach(irita, neo, test.header_by(test.present)), "advanced");
  const auto refused = [&](const std::vector<std::string>& args, const std::string& why) {
    bridge.expect_refused(irita, "hub", "change_members", args, why);
  };
  refused(test.change(test.present, 1, 2), "too few");
  refused(test.change(test.next, 1, 3), "a signature is wrong");
  refused(test.change(test.present, 2, 3), "a signature is wrong");
  auto longer = test.change(test.present, 1, 3);
  longer[1] += "x";
  refused(longer, "40 bytes each");
  refused({to_string(neo), "", encode_signers({})}, "1 to 1000");
  refused({to_string(ethereum), encode_set(test.members), ""}, "followed by depth");
  expect_update_refused(bridge, irita, neo, test.header_by(test.next), "a signature is wrong");

  bridge.expect_done(irita, "hub", "change_members", test.change(test.present, 1, 3));
  refused(test.change(test.present, 1, 3), "a signature is wrong");
  expect_update_refused(bridge, irita, neo, test.header_by(test.present), "a signature is wrong");
  EXPECT_EQ(bridge.teach(irita, neo, test.header_by(test.next)), "advanced");
}

// Fabric's orderers name in each block who votes; the hub follows them from set to set.
struct Orderers {
  Bridge bridge;

  static LedgerWorldSpec spec(Duration interval) {
    LedgerWorldSpec spec = small_world_spec();
    spec.block_interval = interval;
    for (auto& end : spec.ends) {
      if (end.name == fabric) end.finality = {3, 1, 2, 0, true};
    }
    return spec;
  }
  explicit Orderers(Duration interval = seconds(1)) : bridge(spec(interval)) {}

  // A header above everything so far that names `voters`, signed by `signers`.
  FinalHeader header(const std::vector<std::uint32_t>& voters, const std::vector<std::uint32_t>& signers) {
    BlockHeader header = bridge.prove(fabric, "x").header.header;
    header.height = 1000 + ++made_;
    std::vector<ValidatorIndex> seats;
    for (const std::uint32_t seat : voters) seats.push_back({seat});
    header.seal = voters_seal(seats);
    return sign(header, signers);
  }
  FinalHeader sign(const BlockHeader& header, const std::vector<std::uint32_t>& signers) const {
    CertificateEvidence evidence;
    const std::string message = final_header_message(fabric, header_digest(header));
    for (const std::uint32_t seat : signers) {
      evidence.signers.push_back({{seat}, bridge.stolen_key(fabric, seat).sign(message)});
    }
    return {header, evidence};
  }
  void expect_believed(const FinalHeader& header) { EXPECT_EQ(bridge.teach(irita, fabric, header), "advanced"); }
  void expect_refused(const FinalHeader& header, const std::string& why) {
    expect_update_refused(bridge, irita, fabric, header, why);
  }

 private:
  Height made_ = 0;
};

TEST(AttackClient, ASetOfVotersIsHandedOverByTheOneBefore) {
  Orderers test;
  test.expect_believed(test.header({0, 1, 2}, {0, 1}));
  // One comes, one goes, until nobody of the first set is left.
  test.expect_believed(test.header({0, 1, 2, 3}, {0, 2}));
  test.expect_refused(test.header({0, 1, 2, 3}, {0, 3}), "too few");
  test.expect_believed(test.header({1, 2, 3}, {1, 2, 3}));
  test.expect_believed(test.header({1, 2, 3, 4}, {2, 3}));
  test.expect_believed(test.header({2, 3, 4}, {2, 3, 4}));
  test.expect_believed(test.header({2, 3, 4, 5}, {3, 4}));
  test.expect_believed(test.header({3, 4, 5}, {3, 4, 5}));
  test.expect_refused(test.header({0, 1, 2}, {0, 1, 2}), "too few");
  test.expect_believed(test.header({3, 4, 5}, {3, 5}));
}

TEST(AttackClient, ANewSetThatOnlyItselfVouchesFor) {
  Orderers test;
  test.expect_refused(test.header({3, 4, 5}, {3, 4, 5}), "not in the set");
  test.expect_refused(test.header({2, 3, 4}, {2}), "too few");
  test.expect_refused(test.header({2, 3, 4}, {2, 3}), "not in the set");
  test.expect_believed(test.header({0, 1, 2}, {0, 1}));
}

TEST(AttackClient, AForgedSetUnderRealSignatures) {
  Orderers test;
  FinalHeader real = test.header({0, 1, 2}, {0, 1, 2});
  FinalHeader forged = real;
  forged.header.seal = voters_seal({{7}});
  test.expect_refused(forged, "a signature is wrong");
  test.expect_believed(real);
  // What is no set changes none.
  for (const std::string& seal : {std::string(), std::string("bsn/voters/v1"), voters_seal({{2}, {1}})}) {
    FinalHeader odd = test.header({0, 1, 2}, {});
    odd.header.seal = seal;
    test.expect_believed(test.sign(odd.header, {0, 1}));
  }
  test.expect_believed(test.header({0, 1, 2}, {1, 2}));
}

TEST(AttackClient, TheOldSetAfterTheChange) {
  Orderers test;
  FinalHeader before = test.header({0, 1, 2}, {0, 1});
  test.expect_believed(test.header({0, 1, 2, 3}, {0, 1, 2}));
  test.expect_believed(test.header({0, 3}, {0, 1, 3}));
  test.expect_refused(before, "a newer header is known");
  test.expect_refused(test.header({0, 1, 2}, {0, 1, 2}), "too few");  // those who left signed what never was
}

TEST(AttackClient, AnotherSetBeyondTheTrustingPeriod) {
  Orderers test(seconds(8 * 24 * 3600));
  test.expect_believed(test.header({0, 1, 2, 3}, {0, 1, 2}));
  test.bridge.tick(2);
  test.expect_refused(test.header({0, 1, 3}, {0, 1, 3}), "expired");
}

TEST(AttackClient, SealsOfOtherFamiliesNameNobody) {
  Bridge bridge;
  BlockHeader header = invented(bridge.prove(neo, "x"));
  header.seal = voters_seal({{0}});
  EXPECT_EQ(bridge.teach(irita, neo, bridge.chain(neo).prove(header, {})), "advanced");
  header.height += 1;
  const std::string message = final_header_message(neo, header_digest(header));
  const CertificateEvidence alone{{{{0}, bridge.stolen_key(neo, 0).sign(message)}}};
  expect_update_refused(bridge, irita, neo, {header, alone}, "too few");
}

}  // namespace
}  // namespace bsn
