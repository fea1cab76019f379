// What must hold of any proof, any encoding, and any small world in any weather.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/final_header.h"
#include "core/state_proof.h"
#include "node/state_tree.h"
#include "tests/relay/small_world.h"

namespace bsn {
namespace {

// Every other one is numbered, so some stand side by side.
std::string key_at(std::size_t i) { return i % 2 == 0 ? "key" + std::to_string(i) : numbered_key("key", i); }

StateTree tree_of(std::size_t size) {
  StateTree tree;
  for (std::size_t i = 0; i < size; ++i) tree.set(StateTree::path_of(key_at(i)), key_at(i), std::to_string(i));
  tree.root();
  return tree;
}

std::string with_a_flipped_bit(std::string bytes) {
  const auto bit = *rc::gen::inRange<std::size_t>(0, 8 * bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

RC_GTEST_PROP(AnyTree, ProvesWhatItHoldsAndNothingElse, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 60);
  StateTree tree = tree_of(size);
  const Digest root = tree.root();
  const auto asked = *rc::gen::inRange<std::size_t>(0, 120);
  const std::string key = key_at(asked), value = std::to_string(asked);
  const std::string proof = tree.prove(StateTree::path_of(key));
  RC_ASSERT(proves_value(root, key, value, proof) == (asked < size));
  RC_ASSERT(proves_absence(root, key, proof) == (asked >= size));
  RC_ASSERT(!proves_value(root, key, value + "x", proof));
  const std::string wrong = with_a_flipped_bit(proof);
  RC_ASSERT(!proves_value(root, key, value, wrong) && !proves_absence(root, key, wrong));
}

// One proof of many keys says of each of them what a proof of that key alone says, and is the only one that does.
RC_GTEST_PROP(AnyTree, ProvesManyAtOnceAsItDoesEachAlone, ()) {
  StateTree tree = tree_of(*rc::gen::inRange<std::size_t>(0, 200));
  const Digest root = tree.root();
  const auto asked =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 250)));
  std::vector<Digest> paths;
  for (const std::size_t i : asked) paths.push_back(StateTree::path_of(key_at(i)));
  const std::string proof = tree.prove(paths);
  const auto held = proved_values(root, paths, proof);
  RC_ASSERT(held.has_value());
  std::size_t alone = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::string single = tree.prove(paths[i]);
    alone += single.size();
    RC_ASSERT((*held)[i] == proved_values(root, {&paths[i], 1}, single)->front());
    RC_ASSERT(proves_value(root, key_at(asked[i]), std::to_string(asked[i]), single) == (*held)[i].has_value());
  }
  RC_ASSERT(proof.size() <= alone + 34 * asked.size());
  // In any order, and repeated, they are the same keys.
  std::vector<Digest> others(paths.rbegin(), paths.rend());
  others.push_back(paths.front());
  RC_ASSERT(tree.prove(others) == proof);
  RC_ASSERT(!proved_values(root, paths, with_a_flipped_bit(proof)));
  RC_ASSERT(!proved_values(root, paths, proof + '\0'));
  RC_ASSERT(!proved_values(root, paths, proof.substr(0, proof.size() - 1)));
}

// What proves a set of keys proves no other set: neither one fewer nor one more, unless that is on no new way.
RC_GTEST_PROP(AnyTree, ProvesOneSetOfKeysOnly, ()) {
  StateTree tree = tree_of(200);
  const auto count = *rc::gen::inRange<std::size_t>(2, 60);
  std::vector<Digest> paths;
  for (std::size_t i = 0; i < count; ++i) paths.push_back(StateTree::path_of(key_at(i)));
  const std::string proof = tree.prove(paths);
  const auto without = *rc::gen::inRange<std::size_t>(0, count);
  std::vector<Digest> fewer = paths;
  fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(without));
  RC_ASSERT(!proved_values(tree.root(), fewer, proof));
  RC_ASSERT(!proved_values(tree.root(), paths, tree.prove(fewer)));
}

ChainName any_chain() { return {*rc::gen::arbitrary<std::string>(), *rc::gen::arbitrary<std::string>()}; }

Packet any_packet() {
  Packet packet{any_chain(), any_chain(), any_chain(), *rc::gen::arbitrary<std::uint64_t>(), {}, {}};
  packet.timeout = {*rc::gen::arbitrary<std::uint64_t>(), Instant{*rc::gen::arbitrary<std::int64_t>()}};
  const auto text = [] { return *rc::gen::arbitrary<std::string>(); };
  if (*rc::gen::arbitrary<bool>()) {
    packet.body = TransferBody{any_chain(), text(), text(), *rc::gen::arbitrary<std::uint64_t>()};
  } else {
    CallBody body{text(), text(), text(), {}};
    const auto args = *rc::gen::inRange(0, 9);
    for (int i = 0; i < args; ++i) body.args.push_back(text());
    packet.body = body;
  }
  return packet;
}

// Of any bytes cut short or followed by others, nothing is read.
template <class Decode>
void refuses_other_lengths(const std::string& bytes, const Decode& decode) {
  const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!decode(bytes.substr(0, cut)));
  RC_ASSERT(!decode(bytes + '\0'));
}

RC_GTEST_PROP(AnyPacket, ComesBackFromItsBytesAndHasThemAlone, ()) {
  const Packet packet = any_packet(), other = any_packet();
  const std::string bytes = encode(packet);
  RC_ASSERT(decode_packet(bytes) == packet);
  RC_ASSERT((encode(other) == bytes) == (other == packet));
  RC_ASSERT((packet_id(other) == packet_id(packet)) == (other == packet));
  refuses_other_lengths(bytes, [](const std::string& part) { return decode_packet(part).has_value(); });
}

RC_GTEST_PROP(AnyAcknowledgement, ComesBackFromItsBytes, (bool ok, const std::string& value)) {
  const Acknowledgement acknowledgement{ok, value};
  const std::string bytes = encode(acknowledgement);
  RC_ASSERT(decode_acknowledgement(bytes) == acknowledgement);
  RC_ASSERT(outcome_of_received(received_value(acknowledgement)) == acknowledgement);
  refuses_other_lengths(bytes, [](const std::string& part) { return decode_acknowledgement(part).has_value(); });
}

BlockHeader any_header() {
  BlockHeader header;
  header.height = *rc::gen::arbitrary<std::uint64_t>();
  header.parent = sha256(*rc::gen::arbitrary<std::string>());
  header.state_root = sha256(*rc::gen::arbitrary<std::string>());
  header.time = Instant{*rc::gen::arbitrary<std::int64_t>()};
  header.proposer = {*rc::gen::arbitrary<std::uint32_t>()};
  header.seal = *rc::gen::arbitrary<std::string>();
  return header;
}

RC_GTEST_PROP(AnyFinalHeader, ComesBackFromItsBytes, ()) {
  FinalHeader header{any_header(), CertificateEvidence{}};
  const auto parts = *rc::gen::inRange<std::uint32_t>(0, 5);
  if (*rc::gen::arbitrary<bool>()) {
    CertificateEvidence evidence;
    for (std::uint32_t i = 0; i < parts; ++i) {
      evidence.signers.push_back({{i}, {}});
      evidence.signers.back().signature.bytes.fill(*rc::gen::arbitrary<std::uint8_t>());
    }
    header.evidence = evidence;
  } else {
    DepthEvidence evidence{sha256("work"), {}};
    for (std::uint32_t i = 0; i < parts; ++i) evidence.children.push_back({any_header(), sha256(key_at(i))});
    if (*rc::gen::arbitrary<bool>()) {
      const auto from = *rc::gen::arbitrary<Height>();
      evidence.descent = DepthEvidence::Descent{from, sha256("block"), *rc::gen::arbitrary<std::string>()};
    }
    header.evidence = evidence;
  }
  const std::string bytes = encode(header);
  RC_ASSERT(decode_final_header(bytes) == header);
  refuses_other_lengths(bytes, [](const std::string& part) { return decode_final_header(part).has_value(); });
}

// --- worlds ---

class Weather {
 public:
  explicit Weather(LedgerWorld& world) : world_(world) { world_.add_relayer(world_.relayer_spec("0")); }

  // One thing that happens, then a tick.
  void happen() {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        if (relayers_ < 3) world_.add_relayer(world_.relayer_spec(std::to_string(relayers_++)));
        break;
      case 1:
        world_.kill_relayer(*rc::gen::inRange<std::size_t>(0, relayers_));
        break;
      case 2:
        world_.halt(*rc::gen::element(irita, poly, neo), *rc::gen::arbitrary<bool>());
        break;
      case 3:
        reorganise();
        break;
      default:
        send_any();
    }
    world_.tick();
  }

  // Heals: everything runs, and one honest relayer is there.
  void clear_up() {
    for (const ChainName& name : {irita, poly, neo}) world_.halt(name, false);
    world_.add_relayer(world_.relayer_spec("last"));
  }

 private:
  void send_any() {
    const ChainName from = *rc::gen::element(fabric, ethereum, neo), to = *rc::gen::element(fabric, ethereum, neo);
    if (from == to) return;
    const ChainName hub = *rc::gen::element(irita, poly);
    Packet packet{hub, from, to, 0, {}, {}};
    if (hub == irita) packet.timeout.time = world_.now() + seconds(*rc::gen::inRange(1, 40));
    const ChainName asset = *rc::gen::element(from, to);
    const std::string receiver = *rc::gen::element<std::string>("alice", "bob", "nobody");
    packet.body = TransferBody{asset, "alice", receiver, *rc::gen::inRange<std::uint64_t>(1, 400)};
    send(world_, packet, std::to_string(++sent_));
  }

  // Ethereum takes back blocks that are not final.
  void reorganise() {
    LedgerChain& chain = world_.chain(ethereum);
    const Height final = chain.final_height(), top = chain.ledger().height();
    if (top > final + 1) chain.undo(final + *rc::gen::inRange<Height>(1, top - final));
  }

  LedgerWorld& world_;
  std::size_t relayers_ = 1;
  int sent_ = 0;
};

RC_GTEST_PROP(AnyWorld, LosesNothingAndSettles, ()) {
  LedgerWorldSpec spec = small_world_spec();
  spec.seed = *rc::gen::arbitrary<std::uint64_t>();
  // An ordered lane closes for good when a packet times out on it: what comes after must still be refunded.
  spec.hubs[0].rules.ordered = *rc::gen::arbitrary<bool>();
  LedgerWorld world(spec);
  Weather weather(world);
  const auto events = *rc::gen::inRange(1, 60);
  for (int i = 0; i < events; ++i) weather.happen();
  weather.clear_up();
  RC_ASSERT(world.settle(600));
  for (const InvariantReport& report : world.judge().reports()) {
    if (report.violated > 0) RC_FAIL(report.name + ": " + report.examples[0]);
  }
}

}  // namespace
}  // namespace bsn
