// Relayers that bring several packets in one call, some or all of which are not so. What is not so is refused and
// changes nothing; what is goes through, whatever stands beside it.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/packet_batch.h"
#include "tests/relay/bridge.h"

namespace bsn {
namespace {

using What = BatchItem::What;

// Three packets that the hub could take over, with one proof.
class Batch : public ::testing::Test {
 protected:
  Batch() {
    for (int i = 0; i < 3; ++i) packets_.push_back(bridge_.send_hundred());
    for (const Packet& packet : packets_) {
      keys_.push_back(Bridge::committed(packet));
      bytes_.push_back(encode(packet));
    }
    prove(keys_);
  }

  // The newest header of fabric is known to the hub, with a proof about these keys.
  void prove(const std::vector<std::string>& keys) {
    proved_ = bridge_.prove_together(fabric, keys);
    bridge_.teach(irita, fabric, proved_.header);
  }

  BatchItem item(std::size_t i) const { return {What::packet, packets_[i].sequence, bytes_[i]}; }
  std::vector<BatchItem> items() const { return {item(0), item(1), item(2)}; }

  std::vector<std::string> arguments(const std::vector<BatchItem>& items, const std::string& proof) const {
    return {to_string(fabric), proved_.at, encode_batch({{fabric, neo, items}}), proof};
  }
  void refuses(const std::vector<BatchItem>& items, const std::string& proof, const std::string& why) {
    bridge_.expect_refused(irita, "hub", "deliver", arguments(items, proof), why);
  }
  // What came of each item.
  std::vector<bool> deliver(const std::vector<BatchItem>& items) {
    const std::string value = bridge_.expect_done(irita, "hub", "deliver", arguments(items, proved_.proof));
    std::vector<bool> taken;
    for (const ItemResult& one : decode_results(value, items.size())) taken.push_back(one.ok);
    return taken;
  }
  bool at_hub(std::size_t i) { return bridge_.chain(irita).read(keys_[i]) == bytes_[i]; }

  Bridge bridge_;
  std::vector<Packet> packets_;
  std::vector<std::string> keys_, bytes_;
  Bridge::Proved proved_;
};

TEST_F(Batch, IsTakenOverWhole) {
  EXPECT_EQ(deliver(items()), (std::vector<bool>{true, true, true}));
  EXPECT_TRUE(at_hub(0) && at_hub(1) && at_hub(2));
  bridge_.expect_nothing_violated();
}

TEST_F(Batch, ProofsWithTooMuchOrTooLittle) {
  const std::string good = proved_.proof;
  for (std::size_t size = 0; size < good.size(); size += 17) refuses(items(), good.substr(0, size), "does not prove");
  refuses(items(), good + '\0', "does not prove");
  refuses(items(), good + good, "does not prove");
  refuses(items(), good + std::string(32, '\1'), "does not prove");
  // Without the last hash or leaf, and with one of them twice.
  refuses(items(), good.substr(0, good.size() - 32), "does not prove");
  refuses(items(), good + good.substr(good.size() - 32), "does not prove");
  refuses(items(), good.substr(2), "does not prove");
}

TEST_F(Batch, EveryFlippedBitOfItsProof) {
  std::vector<Digest> paths;
  for (const std::string& key : keys_) paths.push_back(StateTree::path_of(key));
  const Digest root = proved_.header.header.state_root;
  ASSERT_TRUE(proved_values(root, paths, proved_.proof));
  for (std::size_t bit = 0; bit < 8 * proved_.proof.size(); ++bit) {
    std::string flipped = proved_.proof;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(proved_values(root, paths, flipped)) << bit;
  }
}

// The nodes of the proof in another order: the two sides of the root change places.
TEST_F(Batch, SidesInTheWrongOrder) {
  StateTree tree;
  for (const std::string key : {"a", "b"}) tree.set(StateTree::path_of(key), key, key);
  const std::vector<Digest> paths = {StateTree::path_of("a"), StateTree::path_of("b")};
  const Digest root = tree.root();
  const std::string proof = tree.prove(paths);
  constexpr std::size_t leaf = 34;
  ASSERT_EQ(proof.size(), 2 + 2 * leaf);
  const std::string turned = proof.substr(0, 2) + proof.substr(2 + leaf) + proof.substr(2, leaf);
  EXPECT_TRUE(proved_values(root, paths, proof));
  EXPECT_FALSE(proved_values(root, paths, turned));
}

TEST_F(Batch, AProofAboutOtherKeys) {
  // Of one height, so that nothing else is wrong.
  const std::string of_two = bridge_.prove_together(fabric, {keys_[0], keys_[1]}).proof;
  const std::string of_more = bridge_.prove_together(fabric, {keys_[0], keys_[1], keys_[2], "x/self"}).proof;
  prove(keys_);
  refuses(items(), of_two, "does not prove");
  refuses(items(), of_more, "does not prove");
  refuses({item(0), item(1)}, proved_.proof, "does not prove");
  EXPECT_EQ(deliver(items()), (std::vector<bool>{true, true, true}));
}

TEST_F(Batch, AProofOfAnotherHeight) {
  const std::string old = proved_.proof;
  bridge_.send_hundred();
  prove(keys_);
  refuses(items(), old, "does not prove");
  std::vector<std::string> unknown = arguments(items(), proved_.proof);
  unknown[1] = std::to_string(proved_.header.header.height + 1);
  bridge_.expect_refused(irita, "hub", "deliver", unknown, "no header of height");
}

TEST_F(Batch, OneForgedPacketAmongGoodOnes) {
  Packet forged = packets_[1];
  std::get<TransferBody>(forged.body).amount = 1'000'000;
  const std::string bytes = encode(forged);
  const BatchItem bad{What::packet, forged.sequence, bytes};
  EXPECT_EQ(deliver({item(0), bad, item(2)}), (std::vector<bool>{true, false, true}));
  EXPECT_TRUE(at_hub(0) && !at_hub(1) && at_hub(2));
  bridge_.relay(packets_[1]);
  bridge_.expect_nothing_violated();
}

TEST_F(Batch, ItemsThatNameAnotherPacketThanTheyBring) {
  const BatchItem crossed{What::packet, packets_[1].sequence, bytes_[0]};
  const BatchItem empty{What::packet, packets_[2].sequence, {}};
  EXPECT_EQ(deliver({item(0), crossed, empty}), (std::vector<bool>{true, false, false}));
  // A packet of another lane than the list says.
  const std::string back = encode_batch({{neo, fabric, {item(1)}}});
  const auto key = packet_path::committed({irita, neo, fabric}, packets_[1].sequence);
  prove({key});
  bridge_.expect_refused(irita, "hub", "deliver", {to_string(fabric), proved_.at, back, proved_.proof},
                         "not the bytes of that packet");
}

TEST_F(Batch, TheSamePacketTwice) {
  EXPECT_EQ(deliver({item(0), item(0), item(1), item(2), item(1)}),
            (std::vector<bool>{true, false, true, true, false}));
  refuses(items(), proved_.proof, "every item is refused, the first because: the packet was taken over already");
  const auto taken = bridge_.prove_together(irita, {keys_[0]});
  bridge_.teach(neo, irita, taken.header);
  const std::string twice = encode_batch({{fabric, neo, {item(0), item(0)}}, {fabric, neo, {item(0)}}});
  bridge_.expect_done(neo, "xchain", "deliver", {to_string(irita), taken.at, twice, taken.proof});
  EXPECT_EQ(bridge_.vouchers_at(neo, irita, fabric), 100U);
  bridge_.expect_nothing_violated();
}

// Whoever is refused in a batch takes back only what is its own.
TEST_F(Batch, OnesThatAreThereAlreadyKeepNobodyBack) {
  bridge_.relay(packets_[0]);
  prove(keys_);
  EXPECT_EQ(deliver(items()), (std::vector<bool>{false, true, true}));
  bridge_.expect_nothing_violated();
}

TEST_F(Batch, AnotherWitness) {
  const auto foreign = bridge_.prove_together(neo, keys_);
  bridge_.teach(irita, neo, foreign.header);
  // Neo's state holds nothing there; and what fabric's holds is not asked of neo.
  bridge_.expect_refused(irita, "hub", "deliver",
                         {to_string(neo), foreign.at, encode_batch({{fabric, neo, items()}}), foreign.proof},
                         "not about fabric");
  bridge_.expect_refused(irita, "hub", "deliver",
                         {to_string(neo), foreign.at, encode_batch({{fabric, neo, items()}}), proved_.proof}, "");
  bridge_.expect_refused(irita, "hub", "deliver",
                         {"nowhere/main", proved_.at, encode_batch({{fabric, neo, items()}}), proved_.proof},
                         "does not follow nowhere/main");
}

TEST_F(Batch, TooManyItemsOrNone) {
  const std::vector<BatchItem> many(batch_items_max + 1, BatchItem{What::time_out, 1});
  refuses(many, proved_.proof, "ITEMS are not the bytes");
  refuses({}, proved_.proof, "ITEMS are not the bytes");
  std::vector<std::string> args = arguments(items(), proved_.proof);
  for (const std::string& bytes : {std::string(), args[2] + '\0', args[2].substr(0, args[2].size() - 1)}) {
    args[2] = bytes;
    bridge_.expect_refused(irita, "hub", "deliver", args, "ITEMS are not the bytes");
  }
  refuses({BatchItem{What::time_out, 0}}, proved_.proof, "ITEMS are not the bytes");
}

TEST_F(Batch, ABatchOfOneIsRefusedWithItsReason) {
  bridge_.relay(packets_[0]);
  prove({keys_[0]});
  refuses({item(0)}, proved_.proof, "the packet was taken over already");
}

// An absence in a batch: of two packets one was received in time.
TEST(BatchOfTimeOuts, TakesThatWhichWasNotReceived) {
  Bridge bridge;
  const Instant late = bridge.world().now() + seconds(40);
  const Packet lost = bridge.send_hundred(late), received = bridge.send_hundred(late);
  for (const Packet& packet : {lost, received}) bridge.relay(packet);
  bridge.receive(received);
  bridge.tick(40);
  const auto proved = bridge.prove_together(neo, {Bridge::received(lost), Bridge::received(received)});
  bridge.teach(irita, neo, proved.header);
  const std::string items =
      encode_batch({{fabric, neo, {{What::time_out, lost.sequence}, {What::time_out, received.sequence}}}});
  const std::string value =
      bridge.expect_done(irita, "hub", "deliver", {to_string(neo), proved.at, items, proved.proof});
  const auto results = decode_results(value, 2);
  EXPECT_TRUE(results[0].ok);
  EXPECT_FALSE(results[1].ok);
  EXPECT_EQ(results[1].value, "the proof does not prove absence");
  // Both ways of an outcome come home in one call.
  bridge.acknowledge_at_hub(received);
  const auto home = bridge.prove_together(irita, {Bridge::committed(lost), Bridge::committed(received)});
  bridge.teach(fabric, irita, home.header);
  const std::string outcomes = encode_batch(
      {{fabric, neo, {{What::time_out, lost.sequence}, {What::acknowledgement, received.sequence, *home.values[1]}}}});
  bridge.expect_done(fabric, "xchain", "deliver", {to_string(irita), home.at, outcomes, home.proof});
  EXPECT_EQ(bridge.balance_at(fabric, "alice"), 900U) << "one of two came back, once";
  bridge.expect_refused(fabric, "xchain", "deliver", {to_string(irita), home.at, outcomes, home.proof},
                        "no such packet is under way");
  bridge.expect_nothing_violated();
}

// An acknowledgement that nobody gave, beside one that somebody did.
TEST(BatchOfAcknowledgements, TakesThatWhichIsThere) {
  Bridge bridge;
  const Packet one = bridge.send_hundred(), two = bridge.send_hundred();
  for (const Packet& packet : {one, two}) {
    bridge.relay(packet);
    bridge.receive(packet);
  }
  const auto proved = bridge.prove_together(neo, {Bridge::received(one), Bridge::received(two)});
  bridge.teach(irita, neo, proved.header);
  const std::string invented = encode(Acknowledgement{false, "never happened"});
  const std::string items = encode_batch(
      {{fabric,
        neo,
        {{What::acknowledgement, one.sequence, invented}, {What::acknowledgement, two.sequence, *proved.values[1]}}}});
  const std::string value =
      bridge.expect_done(irita, "hub", "deliver", {to_string(neo), proved.at, items, proved.proof});
  const auto results = decode_results(value, 2);
  EXPECT_FALSE(results[0].ok);
  EXPECT_TRUE(results[1].ok);
  bridge.acknowledge_at_hub(one);
  bridge.expect_nothing_violated();
}

}  // namespace
}  // namespace bsn
