#include "sim/invariant_cross_chain.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace bsn {
namespace {

std::string name_of(const PacketLane& lane, std::uint64_t sequence) {
  return to_string(lane.source) + " -> " + to_string(lane.destination) + " by " + to_string(lane.hub) + ", number " +
         std::to_string(sequence);
}

}  // namespace

std::size_t CrossChainJudge::LaneHash::operator()(const PacketLane& lane) const {
  std::size_t hash = 0;
  for (const ChainName* name : {&lane.hub, &lane.source, &lane.destination}) {
    for (const std::string* part : {&name->network, &name->chain}) {
      hash = hash * 31 + std::hash<std::string>{}(*part);
    }
  }
  return hash;
}

CrossChainJudge::Lane& CrossChainJudge::lane(const PacketLane& name) {
  if (last_lane_ == nullptr || last_lane_->first != name) last_lane_ = &*lanes_.try_emplace(name).first;
  return last_lane_->second;
}

void CrossChainJudge::saw(Instant now, const ChainName& chain, const Block& block, const HeldValue& held) {
  now_ = now;
  const auto visit = [&](const PacketEvent& event) { saw_event(chain, event, block.header.time); };
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    if (block.receipts[i].status != ReceiptStatus::ok) continue;
    for_each_packet_event(chain, *block.transactions[i], block.receipts[i].value, block.header.time, visit);
  }
  compare(chain, held);
}

void CrossChainJudge::saw_event(const ChainName& chain, const PacketEvent& event, Instant block_time) {
  Lane& on = lane(event.lane);
  switch (event.what) {
    case PacketEvent::What::sent:
      return sent(event, on, block_time);
    case PacketEvent::What::taken_over:
      return taken_over(chain, event, on);
    case PacketEvent::What::received:
      return received(chain, event, on);
    case PacketEvent::What::acknowledged:
    case PacketEvent::What::timed_out:
      return event.at_hub ? outcome_at_hub(event, on) : ended(event, on);
  }
}

void CrossChainJudge::sent(const PacketEvent& event, Lane& lane, Instant block_time) {
  packets_.checked();
  if (event.sequence != lane.sent + 1) {
    packets_.violated([&] { return name_of(event.lane, event.sequence) + ": sent out of sequence"; });
  }
  lane.sent = event.sequence;
  ++counts_.sent;
  ++counts_.under_way;
  count_second(seconds_.sent);
  Open& open = lane.open[event.sequence] = {};
  open.bytes = encode(*event.packet);
  open.sent = now_;
  open.begun = block_time;
  weigh(lane, *event.packet, open);
  if (std::uint64_t* way = under_way(lane, open)) *way += open.amount;
}

void CrossChainJudge::taken_over(const ChainName& hub, const PacketEvent& event, Lane& lane) {
  paths_.checked();
  const auto at = lane.open.find(event.sequence);
  const bool fits = at != lane.open.end() && at->second.bytes == event.bytes && event.lane.hub == hub;
  if (!fits || at->second.taken_over) {
    paths_.violated([&] { return name_of(event.lane, event.sequence) + ": " + to_string(hub) + " took it over"; });
  }
  if (at == lane.open.end()) return;
  at->second.taken_over = true;
  at->second.at_hub = now_;
  legs_.to_hub.record(now_ - at->second.sent);
}

void CrossChainJudge::outcome_at_hub(const PacketEvent& event, Lane& lane) {
  const auto at = lane.open.find(event.sequence);
  if (at == lane.open.end()) return;
  at->second.known_at_hub = now_;
  const bool acknowledged = event.what == PacketEvent::What::acknowledged;
  if (acknowledged) legs_.back_to_hub.record(now_ - at->second.at_destination);
}

void CrossChainJudge::received(const ChainName& chain, const PacketEvent& event, Lane& lane) {
  packets_.checked();
  const auto at = lane.open.find(event.sequence);
  const bool fits = at != lane.open.end() && at->second.bytes == event.bytes && event.lane.destination == chain;
  if (!fits || at->second.state != State::sent) {
    packets_.violated([&] { return name_of(event.lane, event.sequence) + ": received, but not as it was sent"; });
    return;
  }
  const bool ok = event.result.starts_with("ok ");
  ++counts_.received;
  if (!ok) {
    ++counts_.failed;
    count_failure(std::string(event.result.substr(std::min(event.result.size(), std::string_view("error ").size()))));
  }
  at->second.state = ok ? State::received_ok : State::received_error;
  at->second.at_destination = now_;
  legs_.to_destination.record(now_ - at->second.at_hub);
  legs_.there.record(now_ - at->second.sent);
  const Duration to_hub = finality(event.lane.source) + finality(event.lane.hub);
  note_way(at->second, to_hub + finality(event.lane.destination), there_);
  std::uint64_t* way = under_way(lane, at->second);
  if (ok && way != nullptr) *way -= at->second.amount;
  if (acknowledging_.contains(event.lane.hub)) return;
  if (!ok && way != nullptr) ++counts_.stuck;
  finish(lane, at);
}

void CrossChainJudge::ended(const PacketEvent& event, Lane& lane) {
  packets_.checked();
  const auto at = lane.open.find(event.sequence);
  const State needed = event.what == PacketEvent::What::timed_out ? State::sent
                       : event.result == "acknowledged"           ? State::received_ok
                                                                  : State::received_error;
  if (at == lane.open.end() || at->second.state != needed) {
    packets_.violated([&] {
      return name_of(event.lane, event.sequence) + ": " + std::string(event.result) +
             ", but that is not what came of it";
    });
    return;
  }
  legs_.back_to_source.record(now_ - at->second.known_at_hub);
  legs_.there_and_back.record(now_ - at->second.sent);
  if (needed != State::sent) {
    const Duration one_way = finality(event.lane.source) + finality(event.lane.hub);
    note_way(at->second, one_way * 2 + finality(event.lane.destination), and_back_);
  }
  if (needed == State::sent) count_failure("timed out before it was received");
  if (event.result == "refunded") {
    ++counts_.refunded;
    if (std::uint64_t* way = under_way(lane, at->second)) *way -= at->second.amount;
  }
  finish(lane, at);
}

void CrossChainJudge::count_failure(std::string why) {
  if (failures_.size() >= most_reasons && !failures_.contains(why)) why = "other reasons";
  ++failures_[std::move(why)];
}

Duration CrossChainJudge::finality(const ChainName& chain) const {
  const auto known = finality_.find(chain);
  return known == finality_.end() ? Duration{} : known->second;
}

void CrossChainJudge::note_way(const Open& packet, Duration expected, PacketWay& way) const {
  if (expected.ns <= 0) return;
  const Duration time = now_ - packet.begun;
  way.time.record(time);
  way.expected.record(expected);
  way.over.record({static_cast<std::int64_t>(1e9 * time.seconds() / expected.seconds())});
}

void CrossChainJudge::count_second(std::vector<std::uint64_t>& series) {
  const auto second = static_cast<std::size_t>(std::max<std::int64_t>(0, (now_ - start_).ns / bsn::seconds(1).ns));
  if (second >= series.size()) series.resize(second + 1);
  ++series[second];
}

void CrossChainJudge::finish(Lane& lane, std::map<std::uint64_t, Open>::iterator at) {
  lane.open.erase(at);
  ++counts_.finished;
  --counts_.under_way;
  count_second(seconds_.finished);
}

CrossChainJudge::Value& CrossChainJudge::value_of(const ChainName& home, const ChainName& hub, const ChainName& other) {
  const Channel channel{home, hub, other};
  const auto [at, fresh] = values_.try_emplace(channel);
  if (fresh) at->second.channel = channel;
  return at->second;
}

void CrossChainJudge::weigh(Lane& lane, const Packet& packet, Open& open) {
  const auto* body = std::get_if<TransferBody>(&packet.body);
  if (body == nullptr) return;
  if (lane.source == nullptr) {
    lane.source = &touched_[packet.source];
    lane.destination = &touched_[packet.destination];
    lane.of_source = &value_of(packet.source, packet.hub, packet.destination);
    lane.of_destination = &value_of(packet.destination, packet.hub, packet.source);
  }
  open.out = body->asset == packet.source;
  const bool home = body->asset == packet.destination;
  open.value = open.out ? lane.of_source
               : home   ? lane.of_destination
                        : &value_of(body->asset, packet.hub, packet.source);
  open.amount = body->amount;
}

std::uint64_t* CrossChainJudge::under_way(Lane& lane, const Open& packet) {
  if (packet.value == nullptr) return nullptr;
  for (Touched* touched : {lane.source, lane.destination}) {
    if (std::find(touched->begin(), touched->end(), packet.value) == touched->end()) touched->push_back(packet.value);
  }
  return packet.out ? &packet.value->out : &packet.value->back;
}

// The other end of a channel is taken as it was when its own last block was judged; what moved since is on its way.
void CrossChainJudge::compare(const ChainName& chain, const HeldValue& held) {
  const auto touched = touched_.find(chain);
  if (touched == touched_.end()) return;
  for (Value* one : touched->second) {
    Value& value = *one;
    const Channel& channel = value.channel;
    if (channel.home == chain) value.escrow = held.escrow(channel.hub, channel.other);
    if (channel.other == chain) value.vouchers = held.vouchers(channel.hub, channel.home);
    conservation_.checked();
    __extension__ using Wide = unsigned __int128;
    if (Wide{value.escrow} != Wide{value.vouchers} + value.out + value.back) {
      conservation_.violated([&] {
        return to_string(channel.home) + " by " + to_string(channel.hub) + " to " + to_string(channel.other) +
               ": escrow " + std::to_string(value.escrow) + ", vouchers " + std::to_string(value.vouchers) +
               ", on the way " + std::to_string(value.out) + " and back " + std::to_string(value.back);
      });
    }
  }
  touched->second.clear();
}

}  // namespace bsn
