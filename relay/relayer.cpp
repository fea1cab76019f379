#include "relay/relayer.h"

#include <algorithm>
#include <utility>

#include "core/packet_call.h"
#include "core/voters_seal.h"

namespace bsn {
namespace {

constexpr int courier_shift = 40;  // a courier numbers up to 2^40 requests

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

ProofCourier& Relayer::courier(RelayLane& lane, RelayLeg leg) {
  ProofCourier*& known = lane.couriers[static_cast<std::size_t>(leg)];
  if (known == nullptr) known = &courier(witness_of(lane.name, leg), target_of(lane.name, leg));
  return *known;
}

void Relayer::add(Instant now, RelayLane& lane, RelayStep step, std::uint64_t sequence, std::size_t bytes,
                  Height since) {
  RelayTask task;
  task.id = {&lane, step, sequence};
  task.since = since;
  task.bytes = static_cast<std::uint32_t>(bytes);
  courier(lane, leg_of(step)).add(now, task);
}

void Relayer::drop(RelayLane& lane, RelayStep step, std::uint64_t sequence) {
  courier(lane, leg_of(step)).drop({&lane, step, sequence});
}

void Relayer::saw(Instant now, const SawBlock& seen) {
  const Block& block = *seen.block;
  const auto visit = [&](const PacketEvent& event) { saw_event(now, block.header.height, event); };
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    if (block.receipts[i].status != ReceiptStatus::ok) continue;
    const Transaction& call = *block.transactions[i];
    const bool cross_chain = call.contract == "xchain" || call.contract == "hub";
    if (cross_chain && call.function == "update") saw_update(seen, call);
    for_each_packet_event(seen.chain, call, block.receipts[i].value, block.header.time, visit);
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

void Relayer::saw_event(Instant now, Height height, const PacketEvent& event) {
  if (!is_hub(event.lane.hub)) return;
  RelayLane& lane = lanes_.of(event.lane);
  switch (event.what) {
    case PacketEvent::What::sent:
      return add(now, lane, RelayStep::relay, event.sequence, encode(*event.packet).size(), height);
    case PacketEvent::What::taken_over:
      return taken_over(now, height, event, lane);
    case PacketEvent::What::received:
      return received(now, height, event, lane);
    case PacketEvent::What::acknowledged:
    case PacketEvent::What::timed_out:
      return event.at_hub ? outcome_at_hub(now, height, event, lane) : ended(now, height, event, lane);
  }
}

void Relayer::taken_over(Instant now, Height height, const PacketEvent& event, RelayLane& lane) {
  drop(lane, RelayStep::relay, event.sequence);
  add(now, lane, RelayStep::receive, event.sequence, event.bytes.size(), height);
  if (!acknowledges(lane.name.hub)) {
    return count_done(now, {&lane, RelayStep::prune_end, RelayLeg::back_to_source}, height);
  }
  const auto packet = decode_packet(event.bytes);
  if (!packet) return;
  RelayTask late;
  late.id = {&lane, RelayStep::time_out_hub, event.sequence};
  late.timeout = packet->timeout;
  courier(lane, RelayLeg::back_to_hub).add(now, late);
}

void Relayer::received(Instant now, Height height, const PacketEvent& event, RelayLane& lane) {
  drop(lane, RelayStep::receive, event.sequence);
  drop(lane, RelayStep::time_out_hub, event.sequence);
  if (!acknowledges(lane.name.hub)) {
    return count_done(now, {&lane, RelayStep::prune_hub, RelayLeg::back_to_hub}, height);
  }
  add(now, lane, RelayStep::acknowledge_hub, event.sequence, event.result.size(), height);
}

void Relayer::outcome_at_hub(Instant now, Height height, const PacketEvent& event, RelayLane& lane) {
  drop(lane, RelayStep::receive, event.sequence);
  drop(lane, RelayStep::acknowledge_hub, event.sequence);
  drop(lane, RelayStep::time_out_hub, event.sequence);
  count_done(now, {&lane, RelayStep::prune_end, RelayLeg::to_destination}, height);
  const bool late = event.what == PacketEvent::What::timed_out;
  const RelayStep next = late ? RelayStep::time_out_source : RelayStep::acknowledge_source;
  add(now, lane, next, event.sequence, event.acknowledgement.size(), height);
}

void Relayer::ended(Instant now, Height height, const PacketEvent& event, RelayLane& lane) {
  drop(lane, RelayStep::acknowledge_source, event.sequence);
  drop(lane, RelayStep::time_out_source, event.sequence);
  count_done(now, {&lane, RelayStep::prune_hub, RelayLeg::to_hub}, height);
}

void Relayer::count_done(Instant now, const PruneId& id, Height height) {
  if (unpruned_.empty()) look_for_silent_ = now + spec_.prune_after;
  const auto at = unpruned_.try_emplace(id).first;
  Unpruned& lane = at->second;
  lane.packets += 1;
  lane.since = height;
  lane.last = now;
  if (lane.packets < spec_.prune_every) return;
  prune(now, id, lane);
  unpruned_.erase(at);
}

void Relayer::prune(Instant now, const PruneId& id, const Unpruned& done) {
  RelayTask task;
  task.id = {id.lane, id.step, 0};
  task.since = done.since;
  courier(*id.lane, id.leg).add(now, task);
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
