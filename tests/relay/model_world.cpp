#include "tests/relay/model_world.h"

#include <algorithm>

#include "core/byte_fields.h"
#include "core/check.h"
#include "core/final_header.h"
#include "core/packet_call.h"
#include "node/contract_asset.h"
#include "node/contract_hub.h"
#include "node/xchain_genesis.h"
#include "node/xchain_lane.h"
#include "node/xchain_value.h"

namespace bsn {
namespace {

constexpr std::uint64_t work_seed = 7;
constexpr std::uint64_t funds = 100;

const std::array<ChainName, model_chains> names = {ChainName{"a", "main"}, ChainName{"b", "main"},
                                                   ChainName{"hub", "main"}};

ClientSpec client_of_model(std::size_t chain) {
  ClientSpec client;
  client.chain = names[chain];
  client.rule = DepthRule{0, work_seed};
  return client;
}

CrossChainSpec links_of(std::size_t chain, const ChannelRules& rules) {
  CrossChainSpec spec;
  if (chain == hub_h) {
    spec.hub = CrossChainSpec::Hub{rules, {client_of_model(end_a), client_of_model(end_b)}};
  } else {
    spec.links.push_back({client_of_model(hub_h), rules, {names[chain == end_a ? end_b : end_a]}});
  }
  return spec;
}

std::size_t index_of(const ChainName& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::string value_at(const StateTree& state, const std::string& key) {
  return std::string(state.get(StateTree::path_of(key)).value_or(""));
}

FinalHeader final_header(const BlockHeader& header) {
  return {header, DepthEvidence{header_work(work_seed, header.proposer, header_digest(header)), {}}};
}

// One transaction that sees `seen` and writes to `state`: nothing remains of a refused one.
ContractOutcome execute(const StateTree& seen, StateTree& state, const BlockContext& block, std::string_view contract,
                        std::string function, std::vector<std::string> args) {
  Transaction call;
  call.project = "anybody";
  call.contract = contract;
  call.function = std::move(function);
  call.args = std::move(args);
  StateOverlay overlay(seen, block);
  ContractOutcome outcome = run_write(call, overlay);
  std::vector<StateUndo> undo;
  if (outcome.ok) overlay.commit(state, undo);
  return outcome;
}

std::string_view contract_of(std::size_t chain) { return chain == hub_h ? "hub" : "xchain"; }

Instant at_second(std::int64_t time) { return Instant{} + seconds(time); }

}  // namespace

const ChainName& ModelWorld::name(std::size_t chain) { return names[chain]; }

ModelWorld::ModelWorld(const ModelSpec& spec) : spec_(spec) {
  for (std::size_t chain = 0; chain < model_chains; ++chain) {
    History genesis;
    genesis.chain = chain;
    genesis.before = static_cast<HistoryId>(histories_.size());
    const std::vector<GenesisAccount> accounts = {{"alice", funds}, {"bob", funds}};
    write_asset_genesis(accounts, genesis.state);
    write_cross_chain_genesis(names[chain], links_of(chain, spec.rules), genesis.state);
    genesis.header.time = at_second(1);
    genesis.header.state_root = genesis.state.root();
    genesis.header.parent = sha256(names[chain].network);  // so that no two chains share a hash
    genesis.hash = header_digest(genesis.header);
    start_[chain] = add(std::move(genesis));
  }
}

HistoryId ModelWorld::add(History history) {
  const auto [at, fresh] = by_hash_.try_emplace(history.hash, static_cast<HistoryId>(histories_.size()));
  if (!fresh) return at->second;
  const auto sum = sum_of_balances(history.state);
  if (!sum || *sum != 2 * funds) history.broken = "BANK: the balances of " + to_string(names[history.chain]);
  histories_.push_back(std::move(history));
  return at->second;
}

HistoryId ModelWorld::grow(HistoryId at, StateTree state, std::int64_t time, std::vector<Seen> seen) {
  const History& before = histories_[at];
  History next;
  next.chain = before.chain;
  next.before = at;
  next.state = std::move(state);
  next.header.height = before.header.height + 1;
  next.header.parent = before.hash;
  next.header.time = at_second(time);
  next.header.state_root = next.state.root();
  next.hash = header_digest(next.header);
  next.seen = std::move(seen);
  return add(std::move(next));
}

ModelState ModelWorld::send(ModelState at, const Packet& packet) {
  const std::size_t source = index_of(packet.source);
  StateTree state = histories_[at[source]].state;
  const BlockContext block{histories_[at[source]].header.height + 1, histories_[at[source]].header.time};
  const auto sent = execute(state, state, block, "xchain", "transfer", call_arguments(packet));
  BSN_CHECK(sent.ok, "the model's packets can be sent: " + sent.value);
  packets_.push_back(packet);
  packets_.back().sequence = *parse_whole_number(sent.value.substr(0, sent.value.find(' ')));
  for (History& one : histories_) one.seen.resize(packets_.size());
  taught_.clear();
  const std::int64_t time = block.time.ns / seconds(1).ns;
  at[source] = grow(at[source], std::move(state), time, histories_[at[source]].seen);
  return at;
}

std::vector<ModelState> ModelWorld::next(const ModelState& at) {
  std::vector<ModelState> all;
  const auto reach = [&](std::size_t chain, const std::vector<HistoryId>& ids) {
    for (const HistoryId id : ids) {
      all.push_back(at);
      all.back()[chain] = id;
    }
  };
  for (const std::size_t end : {end_a, end_b}) {
    reach(end, ticked(at[end]));
    reach(end, taught(at[end], at[hub_h]));
    reach(hub_h, taught(at[hub_h], at[end]));
  }
  return all;
}

std::vector<HistoryId> ModelWorld::ticked(HistoryId at) {
  const ChainName& chain = names[histories_[at].chain];
  const std::int64_t time = histories_[at].header.time.ns / seconds(1).ns + 1;
  // Only the clock of a destination says anything.
  const bool asked =
      std::any_of(packets_.begin(), packets_.end(), [&](const Packet& p) { return p.destination == chain; });
  if (!asked || time > spec_.last_time) return {};
  return {grow(at, histories_[at].state, time, histories_[at].seen)};
}

const std::vector<HistoryId>& ModelWorld::taught(HistoryId target, HistoryId witness) {
  const std::uint64_t pair = std::uint64_t{target} << 32 | witness;
  if (const auto known = taught_.find(pair); known != taught_.end()) return known->second;
  std::vector<HistoryId> all = taught_by_one(target, witness);
  if (histories_[witness].before != witness) {
    const auto& older = taught(target, histories_[witness].before);
    all.insert(all.end(), older.begin(), older.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return taught_[pair] = std::move(all);
}

std::vector<HistoryId> ModelWorld::taught_by_one(HistoryId target, HistoryId witness) {
  std::vector<HistoryId> all;
  if (histories_[witness].header.height == 0) return all;
  const History& before = histories_[target];
  StateTree informed = before.state;
  const auto update =
      execute(informed, informed, {before.header.height + 1, before.header.time}, contract_of(before.chain), "update",
              {to_string(names[histories_[witness].chain]), encode(final_header(histories_[witness].header))});
  BSN_CHECK(update.value == "advanced", "a client that knows nothing takes any header");
  for (const Message& one : messages(before.chain, histories_[witness])) run(target, informed, one, all);
  return all;
}

std::vector<ModelWorld::Message> ModelWorld::messages(std::size_t target, History& witness) const {
  std::vector<Message> all;
  for (std::size_t i = 0; i < packets_.size(); ++i) messages_of(target, i, witness, all);
  return all;
}

void ModelWorld::messages_of(std::size_t target, std::size_t number, History& witness,
                             std::vector<Message>& out) const {
  const Packet& packet = packets_[number];
  const PacketLane lane = lane_of(packet);
  const std::string at = std::to_string(witness.header.height);
  const auto proof = [&](const std::string& key) { return witness.state.prove(StateTree::path_of(key)); };
  const auto add_message = [&](std::string function, std::vector<std::string> args) {
    out.push_back({std::move(function), std::move(args), number});
  };
  const std::string from = to_string(packet.source), to = to_string(packet.destination);
  const std::string sequence = std::to_string(packet.sequence), hub = to_string(packet.hub);
  const std::string committed = proof(packet_path::committed(lane, packet.sequence));
  const std::string below = std::to_string(packet.sequence + 1);
  const std::string done = proof(packet_path::done_below(lane));
  // The acknowledgement that stands there, and both that somebody could invent.
  const bool from_hub = names[witness.chain] == packet.hub;
  const std::string ack_key =
      from_hub ? packet_path::committed(lane, packet.sequence) : packet_path::received(lane, packet.sequence);
  const std::string ack_proof = proof(ack_key);
  const std::vector<std::string> acks = {value_at(witness.state, ack_key), encode(Acknowledgement{true, ""}),
                                         encode(Acknowledgement{false, "unknown account nobody"})};
  if (target == hub_h) {
    if (names[witness.chain] == packet.source) {
      add_message("relay", {encode(packet), at, committed});
      add_message("prune", {from, to, below, at, done});
    } else {
      for (const std::string& ack : acks) add_message("acknowledge", {from, to, sequence, ack, at, ack_proof});
      add_message("time_out", {from, to, sequence, at, proof(packet_path::received(lane, packet.sequence))});
    }
  } else if (names[target] == packet.destination) {
    add_message("receive", {encode(packet), at, committed});
    add_message("prune", {hub, from, to, below, at, done});
  } else {
    for (const std::string& ack : acks) add_message("acknowledge", {hub, to, sequence, ack, at, ack_proof});
    add_message("time_out", {hub, to, sequence, at, committed});
  }
}

void ModelWorld::run(HistoryId target, const StateTree& informed, const Message& message, std::vector<HistoryId>& out) {
  const History& before = histories_[target];
  const BlockContext block{before.header.height + 1, before.header.time};
  StateTree state = before.state;
  ++calls_;
  const Packet& packet = packets_[message.packet];
  BlockContext seen_block = block;
  if (spec_.flaws.late_by_one && message.function == "receive" && block.time == packet.timeout.time) {
    seen_block.time = block.time - Duration{1};
  }
  auto outcome = execute(informed, state, seen_block, contract_of(before.chain), message.function, message.args);
  if (spec_.flaws.absence_unchecked && outcome.value == "the proof does not prove absence") {
    StateOverlay overlay(state, block);
    XchainLane(lane_of(packet), overlay).keep(packet.sequence, time_out_mark(packet_id(packet)));
    std::vector<StateUndo> undo;
    overlay.commit(state, undo);
    outcome = {true, "timed out"};
  }
  if (!outcome.ok) return;
  spoil(message, state);
  std::vector<Seen> seen = before.seen;
  count(message, outcome.value, block, seen[message.packet]);
  out.push_back(grow(target, std::move(state), before.header.time.ns / seconds(1).ns, std::move(seen)));
}

void ModelWorld::spoil(const Message& message, StateTree& state) const {
  const Packet& packet = packets_[message.packet];
  const PacketLane lane = lane_of(packet);
  if (spec_.flaws.receipt_skipped && message.function == "receive") {
    state.erase(StateTree::path_of(packet_path::received(lane, packet.sequence)));
  }
  if (spec_.flaws.commitment_kept && message.function == "time_out" && message.args[0] == to_string(packet.hub)) {
    const std::string key = packet_path::committed(lane, packet.sequence);
    state.set(StateTree::path_of(key), key, encode(packet));
  }
}

void ModelWorld::count(const Message& message, const std::string& value, const BlockContext& block, Seen& seen) const {
  const Packet& packet = packets_[message.packet];
  const bool at_hub = message.args[0] == to_string(packet.source);
  if (message.function == "relay") ++seen.taken_over;
  if (message.function == "receive") {
    ++(value.starts_with("ok ") ? seen.received_ok : seen.received_error);
    if (packet.timeout.passed(block.height, block.time)) ++seen.in_vain;
  }
  if (at_hub && message.function == "acknowledge") ++seen.hub_acknowledged;
  if (at_hub && message.function == "time_out") ++seen.hub_timed_out;
  if (value == "acknowledged" && !at_hub) ++seen.acknowledged;
  if (value == "refunded") ++seen.failed;
}

bool ModelWorld::finished(const ModelState& at) const {
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    const Seen& source = histories_[at[index_of(packets_[i].source)]].seen[i];
    if (source.acknowledged + source.failed == 0) return false;
  }
  return true;
}

std::string ModelWorld::broken_packet(const ModelState& at, std::size_t packet) const {
  const Seen& source = histories_[at[index_of(packets_[packet].source)]].seen[packet];
  const Seen& there = histories_[at[index_of(packets_[packet].destination)]].seen[packet];
  const Seen& hub = histories_[at[hub_h]].seen[packet];
  if (there.received_ok + there.received_error > 1) return "PKT: received twice";
  if (hub.taken_over > 1) return "2PATH: taken over twice";
  if (hub.hub_acknowledged + hub.hub_timed_out > 1) return "PKT: two outcomes";
  if (source.acknowledged + source.failed > 1) return "PKT: ended twice";
  if (there.received_ok > 0 && source.failed > 0) return "PKT: received and refunded";
  if (source.acknowledged > there.received_ok) return "PKT: acknowledged, but not received";
  if (there.in_vain > 0) return "TMO: received after the time-out";
  if (hub.hub_timed_out > 0 && there.received_ok + there.received_error > 0) return "TMO: timed out and received";
  return {};
}

std::uint64_t ModelWorld::on_its_way(const ModelState& at, std::size_t home) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    const auto& body = std::get<TransferBody>(packets_[i].body);
    if (body.asset != names[home]) continue;
    const Seen& source = histories_[at[index_of(packets_[i].source)]].seen[i];
    const Seen& there = histories_[at[index_of(packets_[i].destination)]].seen[i];
    if (there.received_ok == 0 && source.failed == 0) sum += body.amount;
  }
  return sum;
}

std::string ModelWorld::broken(const ModelState& at) const {
  for (const HistoryId id : at) {
    if (!histories_[id].broken.empty()) return histories_[id].broken;
  }
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    if (auto what = broken_packet(at, i); !what.empty()) return what;
  }
  for (const std::size_t home : {end_a, end_b}) {
    const std::size_t other = home == end_a ? end_b : end_a;
    StateOverlay here(histories_[at[home]].state), there(histories_[at[other]].state);
    const std::uint64_t escrow = balance_of(here, escrow_account(names[hub_h], names[other])).value_or(0);
    const std::uint64_t vouchers = voucher_supply(names[hub_h], names[home], there);
    if (escrow != vouchers + on_its_way(at, home)) return "CONS: " + to_string(names[home]);
  }
  return {};
}

}  // namespace bsn
