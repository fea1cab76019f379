// What must hold of any encoding, and any small world in any weather.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/final_header.h"
#include "tests/relay/small_world.h"

namespace bsn {
namespace {

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
    for (std::uint32_t i = 0; i < parts; ++i) evidence.children.push_back({any_header(), sha256(std::to_string(i))});
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
