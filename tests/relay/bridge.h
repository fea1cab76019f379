// A small world in which a test is the relayer, and may bring whatever it likes.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "core/block_hashes.h"
#include "core/byte_fields.h"
#include "core/random.h"
#include "node/light_client.h"
#include "tests/relay/small_world.h"

namespace bsn {

class Bridge {
 public:
  explicit Bridge(LedgerWorldSpec spec = small_world_spec()) : seed_(spec.seed), world_(spec) {
    for (int i = 0; i < 5; ++i) world_.tick();  // so that every chain has a final block
  }

  LedgerWorld& world() { return world_; }
  LedgerChain& chain(const ChainName& name) { return world_.chain(name); }
  Instant in_an_hour() const { return world_.now() + seconds(3600); }
  void tick(int times = 1) {
    for (int i = 0; i < times; ++i) world_.tick();
  }

  struct Outcome {
    ReceiptStatus status = ReceiptStatus::refused;
    std::string value;
    bool changed = false;  // the state, but for what every block writes
  };

  // One call in a block of its own.
  Outcome call(const ChainName& at, const std::string& contract, const std::string& function,
               std::vector<std::string> args) {
    return call_with_key(at, contract, function, std::move(args), "k" + std::to_string(++keys_));
  }
  Outcome call_with_key(const ChainName& at, const std::string& contract, const std::string& function,
                        std::vector<std::string> args, const std::string& key) {
    Call asked = xchain_call(at, function, std::move(args), key);
    asked.contract = contract;
    Ledger quiet = chain(at).ledger();
    chain(at).submit(asked);
    world_.tick();
    const BlockPtr block = chain(at).block(chain(at).ledger().height());
    Proposal nothing;
    nothing.height = block->header.height;
    nothing.parent = block->header.parent;
    nothing.time = block->header.time;
    quiet.execute(*make_proposal(std::move(nothing)));
    const Receipt& receipt = block->receipts.at(0);
    return {receipt.status, receipt.value, chain(at).ledger().state_root() != quiet.state_root()};
  }

  void expect_refused(const ChainName& at, const std::string& contract, const std::string& function,
                      std::vector<std::string> args, const std::string& why) {
    const Outcome outcome = call(at, contract, function, std::move(args));
    EXPECT_NE(outcome.status, ReceiptStatus::ok) << function << " returned " << outcome.value;
    EXPECT_FALSE(outcome.changed) << function;
    EXPECT_NE(outcome.value.find(why), std::string::npos) << function << ": " << outcome.value;
  }

  std::string expect_done(const ChainName& at, const std::string& contract, const std::string& function,
                          std::vector<std::string> args) {
    const Outcome outcome = call(at, contract, function, std::move(args));
    EXPECT_EQ(outcome.status, ReceiptStatus::ok) << function << ": " << outcome.value;
    return outcome.value;
  }

  // What the newest final state of a chain says about a key, and its header.
  struct Proved {
    FinalHeader header;
    std::string at;  // its height
    std::optional<std::string> value;
    std::string proof;
    std::vector<std::optional<std::string>> values{};  // of many keys
  };
  Proved prove(const ChainName& at, const std::string& key) {
    GotFacts got = chain(at).facts({0, at, {{key}}});
    const std::string height = std::to_string(got.header->header.height);
    return {*got.header, height, got.facts[0].values[0], got.facts[0].proof};
  }

  // The same about many keys with one proof.
  Proved prove_together(const ChainName& at, const std::vector<std::string>& keys) {
    GotFacts got = chain(at).facts({0, at, {keys}});
    const std::string height = std::to_string(got.header->header.height);
    return {*got.header, height, {}, got.facts[0].proof, got.facts[0].values};
  }

  // The same with what a client at `target` asks for: from which of the headers it knows the new one descends.
  Proved prove_to(const ChainName& target, const ChainName& at, const std::string& key) {
    StateOverlay state(chain(target).ledger().state());
    const Height known = LightClient::find(at, state)->latest();
    Proved proved = prove(at, key);
    auto* evidence = std::get_if<DepthEvidence>(&proved.header.evidence);
    if (evidence != nullptr && known > 0) evidence->descent = descent(at, known);
    return proved;
  }
  DepthEvidence::Descent descent(const ChainName& at, Height from) {
    const Proved proved = prove(at, block_hash_key(from));
    const auto block = decode_block_hash(proved.value.value_or(""));
    return {from, block ? block->hash : Digest{}, proved.proof};
  }

  static std::string contract_of(const ChainName& at) { return at == irita || at == poly ? "hub" : "xchain"; }

  // The target hears the header: "advanced", "known" or "frozen".
  std::string teach(const ChainName& target, const ChainName& witness, const FinalHeader& header) {
    return expect_done(target, contract_of(target), "update", {to_string(witness), encode(header)});
  }
  // The same for the newest final header, with a proof of the key.
  Proved teach(const ChainName& target, const ChainName& witness, const std::string& key) {
    const Proved proved = prove_to(target, witness, key);
    teach(target, witness, proved.header);
    return proved;
  }

  // Sends it; its source's newest final state has it then. Returns the packet with its sequence.
  Packet send(Packet packet) {
    const std::string function = std::holds_alternative<TransferBody>(packet.body) ? "transfer" : "call";
    const std::string value = expect_done(packet.source, "xchain", function, call_arguments(packet));
    packet.sequence = parse_whole_number(value.substr(0, value.find(' '))).value_or(0);
    tick(5);
    return packet;
  }
  // 100 of fabric's coin to neo by irita.
  Packet send_hundred(std::optional<Instant> timeout = std::nullopt) {
    return send(transfer_of(irita, fabric, neo, 100, fabric, timeout.value_or(in_an_hour())));
  }

  // The steps of a packet, as an honest relayer takes them.
  void relay(const Packet& packet) {
    const auto fact = teach(packet.hub, packet.source, packet_path::committed(lane_of(packet), packet.sequence));
    expect_done(packet.hub, "hub", "relay", {encode(packet), fact.at, fact.proof});
  }
  std::string receive(const Packet& packet) {
    const auto fact = teach(packet.destination, packet.hub, packet_path::committed(lane_of(packet), packet.sequence));
    return expect_done(packet.destination, "xchain", "receive", {encode(packet), fact.at, fact.proof});
  }
  std::vector<std::string> at_hub(const Packet& packet) const {
    return {to_string(packet.source), to_string(packet.destination), std::to_string(packet.sequence)};
  }
  std::vector<std::string> at_source(const Packet& packet) const {
    return {to_string(packet.hub), to_string(packet.destination), std::to_string(packet.sequence)};
  }
  void acknowledge_at_hub(const Packet& packet) {
    const auto fact = teach(packet.hub, packet.destination, received(packet));
    expect_done(packet.hub, "hub", "acknowledge", with(at_hub(packet), {*fact.value, fact.at, fact.proof}));
  }
  std::string acknowledge_at_source(const Packet& packet) {
    const auto fact = teach(packet.source, packet.hub, committed(packet));
    return expect_done(packet.source, "xchain", "acknowledge",
                       with(at_source(packet), {*fact.value, fact.at, fact.proof}));
  }

  static std::string committed(const Packet& packet) {
    return packet_path::committed(lane_of(packet), packet.sequence);
  }
  static std::string received(const Packet& packet) { return packet_path::received(lane_of(packet), packet.sequence); }

  static std::vector<std::string> with(std::vector<std::string> args, std::initializer_list<std::string> more) {
    args.insert(args.end(), more);
    return args;
  }

  // A validator's key, as whoever broke into its machine has it.
  SigningKey stolen_key(const ChainName& of, std::uint32_t seat) const {
    return validator_key(of, Random(seed_).fork(to_string(of)).next(), {seat});
  }

  std::uint64_t balance_at(const ChainName& at, const std::string& account) { return balance(world_, at, account); }
  std::uint64_t vouchers_at(const ChainName& at, const ChainName& hub, const ChainName& asset) {
    return vouchers(world_, at, hub, asset, "bob");
  }

  void expect_nothing_violated() {
    for (const InvariantReport& report : world_.judge().reports()) {
      EXPECT_EQ(report.violated, 0U) << report.name << ": " << (report.examples.empty() ? "" : report.examples[0]);
    }
  }

 private:
  std::uint64_t seed_;
  LedgerWorld world_;
  int keys_ = 0;
};

}  // namespace bsn
