#include "relay/relayer.h"

#include <algorithm>
#include <utility>

#include "core/packet_call.h"
#include "core/voters_seal.h"

namespace bsn {
namespace {

constexpr int courier_shift = 40;  // a courier numbers up to 2^40 requests

PacketLane lane_between(const ChainName& hub, const std::string& from, const std::string& to) {
  return {hub, parse_chain_name(from).value_or(ChainName{}), parse_chain_name(to).value_or(ChainName{})};
}

RelayTask task_of(RelayStep step, const PacketLane& lane, std::uint64_t sequence) {
  RelayTask task;
  task.id = {lane, step, sequence};
  switch (step) {
    case RelayStep::relay:
      task.witness = lane.source, task.target = lane.hub;
      break;
    case RelayStep::receive:
      task.witness = lane.hub, task.target = lane.destination;
      break;
    case RelayStep::acknowledge_hub:
    case RelayStep::time_out_hub:
      task.witness = lane.destination, task.target = lane.hub;
      break;
    default:
      task.witness = lane.hub, task.target = lane.source;
  }
  return task;
}

}  // namespace

Relayer::Relayer(RelayerSpec spec) : spec_(std::move(spec)) {}

void Relayer::step(Instant now, const RelayerInput& input, std::vector<RelayerOutput>& out) {
  // What follows from blocks and ended calls is begun in advance_to(), which is due at once: so a relayer that is shown
  // many of them begins with what is left at their end, in one batch.
  if (const auto* seen = std::get_if<SawBlock>(&input)) return saw(now, *seen);
  const auto* facts = std::get_if<GotFacts>(&input);
  const auto* ended = std::get_if<CallEnded>(&input);
  const std::size_t number = (facts != nullptr ? facts->request : ended->request) >> courier_shift;
  if (number >= couriers_.size()) return;
  ProofCourier& courier = couriers_[number];
  if (ended != nullptr) return courier.take(now, *ended);
  courier.take(now, *facts, out);
  courier.start(now, out);
}

void Relayer::advance_to(Instant now, std::vector<RelayerOutput>& out) {
  if (now >= look_for_silent_) prune_silent_lanes(now);
  for (ProofCourier& one : couriers_) one.start(now, out);
}

std::optional<Instant> Relayer::next_wakeup() const {
  std::optional<Instant> next;
  if (!unpruned_.empty()) next = look_for_silent_;
  for (const ProofCourier& one : couriers_) {
    const auto wakeup = one.next_wakeup();
    if (wakeup && (!next || *wakeup < *next)) next = wakeup;
  }
  return next;
}

std::size_t Relayer::backlog() const {
  std::size_t sum = 0;
  for (const ProofCourier& one : couriers_) sum += one.backlog();
  return sum;
}

std::size_t Relayer::frozen() const {
  return static_cast<std::size_t>(
      std::count_if(couriers_.begin(), couriers_.end(), [](const ProofCourier& one) { return one.frozen(); }));
}

std::vector<const ProofCourier*> Relayer::stalled() const {
  std::vector<const ProofCourier*> stalled;
  for (const ProofCourier& one : couriers_) {
    if (one.stalled()) stalled.push_back(&one);
  }
  return stalled;
}

RelayCounters Relayer::counters() const {
  RelayCounters sum;
  for (const ProofCourier& one : couriers_) sum = sum + one.counters();
  return sum;
}

RelayMeter Relayer::meter() const {
  RelayMeter sum;
  for (const ProofCourier& one : couriers_) sum.add(one.meter());
  return sum;
}

std::optional<Instant> Relayer::oldest() const {
  std::optional<Instant> oldest;
  for (const ProofCourier& one : couriers_) oldest = earlier(oldest, one.oldest());
  return oldest;
}

bool Relayer::is_hub(const ChainName& chain) const {
  return std::any_of(spec_.hubs.begin(), spec_.hubs.end(), [&](const auto& hub) { return hub.chain == chain; });
}

bool Relayer::acknowledges(const ChainName& hub) const {
  return std::any_of(spec_.hubs.begin(), spec_.hubs.end(),
                     [&](const auto& one) { return one.chain == hub && one.acknowledged; });
}

ProofCourier& Relayer::courier(const ChainName& witness, const ChainName& target) {
  const auto [at, fresh] = by_witness_[witness].try_emplace(target, couriers_.size());
  if (fresh) {
    const RelayRequest first = RelayRequest{couriers_.size()} << courier_shift;
    couriers_.emplace_back(witness, target, is_hub(target), spec_.name, first);
  }
  return couriers_[at->second];
}

void Relayer::saw(Instant now, const SawBlock& seen) {
  const Block& block = *seen.block;
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    if (block.receipts[i].status != ReceiptStatus::ok) continue;
    const Transaction& call = *block.transactions[i];
    if (call.contract != "xchain" && call.contract != "hub") continue;
    if (call.function == "update") saw_update(seen, call);
    if (call.contract == "xchain") saw_at_end(now, seen, call, block.receipts[i].value);
    if (call.contract == "hub") saw_at_hub(now, seen, call);
  }
  if (read_voters_seal(block.header.seal) && !is_hub(seen.chain)) {
    for (const RelayerSpec::Hub& hub : spec_.hubs) courier(seen.chain, hub.chain);  // to tell it of the next ones
  }
  const auto known = by_witness_.find(seen.chain);
  if (known == by_witness_.end()) return;
  for (const auto& [target, number] : known->second) couriers_[number].witness_is_at(block.header);
}

void Relayer::saw_update(const SawBlock& seen, const Transaction& call) {
  const auto witness = parse_chain_name(call.args[0]);
  const auto header = decode_final_header(call.args[1]);
  if (witness && header) courier(*witness, seen.chain).target_took(*header);
}

void Relayer::saw_at_end(Instant now, const SawBlock& seen, const Transaction& call, const std::string& value) {
  const Height height = seen.block->header.height;
  if (auto packet = packet_of_call(call.function, call.args, seen.block->header.time)) {
    if (!is_hub(packet->hub)) return;
    packet->source = seen.chain;
    RelayTask task = task_of(RelayStep::relay, lane_of(*packet), leading_sequence(value));
    task.since = height;
    courier(task.witness, task.target).add(now, std::move(task));
  } else if (call.function == "receive") {
    if (const auto taken = decode_packet(call.args[0])) received(now, seen, *taken, value);
  } else if (call.function == "acknowledge" || call.function == "time_out") {
    const PacketLane lane{parse_chain_name(call.args[0]).value_or(ChainName{}), seen.chain,
                          parse_chain_name(call.args[1]).value_or(ChainName{})};
    const std::uint64_t sequence = leading_sequence(call.args[2]);
    courier(lane.hub, lane.source).drop({lane, RelayStep::acknowledge_source, sequence});
    courier(lane.hub, lane.source).drop({lane, RelayStep::time_out_source, sequence});
    count_done(now, {lane, RelayStep::prune_hub, lane.source, lane.hub}, height);
  }
}

void Relayer::received(Instant now, const SawBlock& seen, const Packet& packet, const std::string& value) {
  const PacketLane lane = lane_of(packet);
  courier(lane.hub, lane.destination).drop({lane, RelayStep::receive, packet.sequence});
  courier(lane.destination, lane.hub).drop({lane, RelayStep::time_out_hub, packet.sequence});
  const Height height = seen.block->header.height;
  if (!acknowledges(lane.hub)) {
    return count_done(now, {lane, RelayStep::prune_hub, lane.destination, lane.hub}, height);
  }
  if (!outcome_of_received(value)) return;
  RelayTask task = task_of(RelayStep::acknowledge_hub, lane, packet.sequence);
  task.since = height;
  courier(task.witness, task.target).add(now, std::move(task));
}

void Relayer::saw_at_hub(Instant now, const SawBlock& seen, const Transaction& call) {
  if (!is_hub(seen.chain)) return;
  if (call.function == "relay") {
    if (const auto packet = decode_packet(call.args[0])) taken_over(now, seen, *packet);
  } else if (call.function == "acknowledge" || call.function == "time_out") {
    const PacketLane lane = lane_between(seen.chain, call.args[0], call.args[1]);
    const RelayStep next = call.function == "acknowledge" ? RelayStep::acknowledge_source : RelayStep::time_out_source;
    const std::uint64_t sequence = leading_sequence(call.args[2]);
    outcome_at_hub(now, seen, lane, sequence, task_of(next, lane, sequence));
  }
}

void Relayer::taken_over(Instant now, const SawBlock& seen, const Packet& packet) {
  const PacketLane lane = lane_of(packet);
  courier(lane.source, lane.hub).drop({lane, RelayStep::relay, packet.sequence});
  const Height height = seen.block->header.height;
  RelayTask receive = task_of(RelayStep::receive, lane, packet.sequence);
  receive.since = height;
  courier(receive.witness, receive.target).add(now, std::move(receive));
  if (!acknowledges(lane.hub)) {
    return count_done(now, {lane, RelayStep::prune_end, lane.hub, lane.source}, height);
  }
  RelayTask late = task_of(RelayStep::time_out_hub, lane, packet.sequence);
  late.timeout = packet.timeout;
  courier(late.witness, late.target).add(now, std::move(late));
}

void Relayer::outcome_at_hub(Instant now, const SawBlock& seen, const PacketLane& lane, std::uint64_t sequence,
                             RelayTask next) {
  courier(lane.hub, lane.destination).drop({lane, RelayStep::receive, sequence});
  courier(lane.destination, lane.hub).drop({lane, RelayStep::acknowledge_hub, sequence});
  courier(lane.destination, lane.hub).drop({lane, RelayStep::time_out_hub, sequence});
  next.since = seen.block->header.height;
  count_done(now, {lane, RelayStep::prune_end, lane.hub, lane.destination}, next.since);
  courier(next.witness, next.target).add(now, std::move(next));
}

void Relayer::count_done(Instant now, const PruneId& id, Height height) {
  if (unpruned_.empty()) look_for_silent_ = now + spec_.prune_after;
  Unpruned& lane = unpruned_[id];
  lane.packets += 1;
  lane.since = height;
  lane.last = now;
  if (lane.packets < spec_.prune_every) return;
  prune(now, id, lane);
  unpruned_.erase(id);
}

void Relayer::prune(Instant now, const PruneId& id, const Unpruned& done) {
  RelayTask task;
  task.id = {id.lane, id.step, 0};
  task.witness = id.witness;
  task.target = id.target;
  task.since = done.since;
  courier(id.witness, id.target).add(now, std::move(task));
}

void Relayer::prune_silent_lanes(Instant now) {
  look_for_silent_ = now + spec_.prune_after;
  for (auto at = unpruned_.begin(); at != unpruned_.end();) {
    const bool silent = at->second.last + spec_.prune_after <= now;
    if (silent) prune(now, at->first, at->second);
    at = silent ? unpruned_.erase(at) : std::next(at);
  }
}

}  // namespace bsn
