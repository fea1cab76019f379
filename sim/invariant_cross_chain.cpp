#include "sim/invariant_cross_chain.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "core/packet_call.h"

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

void CrossChainJudge::saw(Instant now, const ChainName& chain, const Block& block, const HeldValue& held) {
  now_ = now;
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    if (block.receipts[i].status == ReceiptStatus::ok) {
      saw_call(chain, *block.transactions[i], block.receipts[i].value, block.header.time);
    }
  }
  compare(chain, held);
}

void CrossChainJudge::saw_call(const ChainName& chain, const Transaction& call, const std::string& value,
                               Instant block_time) {
  if (call.contract == "xchain") {
    if (auto packet = packet_of_call(call.function, call.args, block_time))
      return sent(chain, std::move(*packet), value, block_time);
    if (call.function == "receive") return received(chain, *decode_packet(call.args[0]), value);
    if (call.function == "acknowledge" || call.function == "time_out") return ended(chain, call, value);
  } else if (call.contract == "hub") {
    if (call.function == "relay") return taken_over(chain, *decode_packet(call.args[0]));
    if (call.function == "acknowledge" || call.function == "time_out") outcome_at_hub(chain, call);
  }
}

void CrossChainJudge::sent(const ChainName& chain, Packet packet, const std::string& value, Instant block_time) {
  packet.source = chain;
  packet.sequence = leading_sequence(value);
  Lane& lane = lanes_[lane_of(packet)];
  packets_.checked();
  if (packet.sequence != lane.sent + 1) {
    packets_.violated([&] { return name_of(lane_of(packet), packet.sequence) + ": sent out of sequence"; });
  }
  lane.sent = packet.sequence;
  ++counts_.sent;
  ++counts_.under_way;
  count_second(seconds_.sent);
  if (std::uint64_t* way = under_way(lane, packet)) *way += std::get<TransferBody>(packet.body).amount;
  const std::uint64_t sequence = packet.sequence;
  lane.open[sequence] = {std::move(packet), State::sent, false, now_, {}, {}, {}, block_time};
}

void CrossChainJudge::taken_over(const ChainName& hub, const Packet& packet) {
  paths_.checked();
  Lane& lane = lanes_[lane_of(packet)];
  const auto at = lane.open.find(packet.sequence);
  const bool fits = at != lane.open.end() && at->second.packet == packet && packet.hub == hub;
  if (!fits || at->second.taken_over) {
    paths_.violated(
        [&] { return name_of(lane_of(packet), packet.sequence) + ": " + to_string(hub) + " took it over"; });
  }
  if (at == lane.open.end()) return;
  at->second.taken_over = true;
  at->second.at_hub = now_;
  legs_.to_hub.record(now_ - at->second.sent);
}

void CrossChainJudge::outcome_at_hub(const ChainName& hub, const Transaction& call) {
  const PacketLane name{hub, parse_chain_name(call.args[0]).value_or(ChainName{}),
                        parse_chain_name(call.args[1]).value_or(ChainName{})};
  Lane& lane = lanes_[name];
  const auto at = lane.open.find(leading_sequence(call.args[2]));
  if (at == lane.open.end()) return;
  at->second.known_at_hub = now_;
  if (call.function == "acknowledge") legs_.back_to_hub.record(now_ - at->second.at_destination);
}

void CrossChainJudge::received(const ChainName& chain, const Packet& packet, const std::string& value) {
  packets_.checked();
  Lane& lane = lanes_[lane_of(packet)];
  const auto at = lane.open.find(packet.sequence);
  const bool fits = at != lane.open.end() && at->second.packet == packet && packet.destination == chain;
  if (!fits || at->second.state != State::sent) {
    packets_.violated([&] { return name_of(lane_of(packet), packet.sequence) + ": received, but not as it was sent"; });
    return;
  }
  const bool ok = value.starts_with("ok ");
  ++counts_.received;
  if (!ok) {
    ++counts_.failed;
    count_failure(value.substr(std::min(value.size(), std::string_view("error ").size())));
  }
  at->second.state = ok ? State::received_ok : State::received_error;
  at->second.at_destination = now_;
  legs_.to_destination.record(now_ - at->second.at_hub);
  legs_.there.record(now_ - at->second.sent);
  const Duration to_hub = finality(packet.source) + finality(packet.hub);
  note_way(at->second, to_hub + finality(packet.destination), there_);
  std::uint64_t* way = under_way(lane, packet);
  if (ok && way != nullptr) *way -= std::get<TransferBody>(packet.body).amount;
  if (acknowledging_.contains(packet.hub)) return;
  if (!ok && way != nullptr) ++counts_.stuck;
  finish(lane, at);
}

void CrossChainJudge::ended(const ChainName& chain, const Transaction& call, const std::string& value) {
  packets_.checked();
  const PacketLane name{parse_chain_name(call.args[0]).value_or(ChainName{}), chain,
                        parse_chain_name(call.args[1]).value_or(ChainName{})};
  const std::uint64_t sequence = leading_sequence(call.args[2]);
  Lane& lane = lanes_[name];
  const auto at = lane.open.find(sequence);
  const State needed = call.function == "time_out" ? State::sent
                       : value == "acknowledged"   ? State::received_ok
                                                   : State::received_error;
  if (at == lane.open.end() || at->second.state != needed) {
    packets_.violated([&] { return name_of(name, sequence) + ": " + value + ", but that is not what came of it"; });
    return;
  }
  legs_.back_to_source.record(now_ - at->second.known_at_hub);
  legs_.there_and_back.record(now_ - at->second.sent);
  if (needed != State::sent) {
    const Duration one_way = finality(name.source) + finality(name.hub);
    note_way(at->second, one_way * 2 + finality(name.destination), and_back_);
  }
  if (needed == State::sent) count_failure("timed out before it was received");
  if (value == "refunded") {
    ++counts_.refunded;
    if (std::uint64_t* way = under_way(lane, at->second.packet)) {
      *way -= std::get<TransferBody>(at->second.packet.body).amount;
    }
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

std::uint64_t* CrossChainJudge::under_way(Lane& lane, const Packet& packet) {
  const auto* body = std::get_if<TransferBody>(&packet.body);
  if (body == nullptr) return nullptr;
  if (lane.source == nullptr) {
    lane.source = &touched_[packet.source];
    lane.destination = &touched_[packet.destination];
    lane.of_source = &value_of(packet.source, packet.hub, packet.destination);
    lane.of_destination = &value_of(packet.destination, packet.hub, packet.source);
  }
  const bool out = body->asset == packet.source;
  const bool home = body->asset == packet.destination;
  Value& value = out ? *lane.of_source : home ? *lane.of_destination : value_of(body->asset, packet.hub, packet.source);
  for (Touched* touched : {lane.source, lane.destination}) {
    if (std::find(touched->begin(), touched->end(), &value) == touched->end()) touched->push_back(&value);
  }
  return out ? &value.out : &value.back;
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
