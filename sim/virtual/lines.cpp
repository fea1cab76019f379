#include "sim/virtual/lines.h"

#include <algorithm>
#include <cmath>

#include "sim/virtual/wire_bytes.h"

namespace bsn {
namespace {

const Network* network_of(const Topology& topology, const Chain& chain) {
  const auto found = std::find_if(topology.networks.begin(), topology.networks.end(),
                                  [&](const Network& one) { return one.id == chain.name.network; });
  return found == topology.networks.end() ? nullptr : &*found;
}

}  // namespace

Lines::Lines(const Topology& topology, std::uint64_t seed) {
  const auto is_limited = [&](const City& city) { return !line_of(topology, city).is_unlimited(); };
  if (std::none_of(topology.cities.begin(), topology.cities.end(), is_limited)) return;
  const Random random = Random(seed).fork("lines");
  for (const City& city : topology.cities) lines_.push_back({line_of(topology, city), {}, random.fork(city.id)});
  for (const Chain& chain : topology.chains) {
    const Network* network = network_of(topology, chain);
    weights_.push_back(network == nullptr ? BlockWeight{} : network->weight);
  }
}

std::optional<Instant> Lines::departure(CityIndex from, CityIndex to, ChainIndex chain, const PeerMessage& message,
                                        Instant now, const Way& way) {
  Sender& sender = lines_[from.value];
  if (sender.line.upload_mbit == 0 && lines_[to.value].line.download_mbit == 0) return now;
  const Transfer transfer = transfer_of(sender, chain, message);
  const Duration first = time_of(sender, to, transfer.bytes);
  if (transfer.bytes <= packet_bytes) return now + first;
  const Instant begins = std::max(now, sender.free);
  if (begins - now > queue_max) {
    ++lost_;
    return std::nullopt;
  }
  const Duration second = time_of(sender, to, transfer.missing);
  const Duration there = way(from, to);
  const bool two = transfer.missing > 0;
  sender.free = begins + first + second;
  if (sender.line.one_at_a_time) sender.free = sender.free + there * (two ? 2 : 1);
  const Instant leaves = begins + first + second;
  return two ? leaves + there + way(to, from) : leaves;  // it arrives, what is missing is asked for, and follows
}

Duration Lines::time_of(const Sender& from, CityIndex to, std::uint64_t bytes) const {
  constexpr double unlimited = 1e9;
  const double upload = from.line.upload_mbit > 0 ? from.line.upload_mbit : unlimited;
  const double down = lines_[to.value].line.download_mbit;
  const double mbit = std::min(upload, down > 0 ? down : unlimited);
  return mbit == unlimited ? Duration{} : from_seconds(static_cast<double>(bytes) * 8 / (mbit * 1e6));
}

Lines::Transfer Lines::transfer_of(Sender& from, ChainIndex chain, const PeerMessage& message) const {
  const std::uint64_t bytes = wire_bytes(message);
  if (chain.value >= weights_.size() || !is_tree_block(message)) return {bytes, 0};
  const BlockWeight& weight = weights_[chain.value];
  const std::uint64_t whole = bytes + weight.bytes;
  const CompactBlocks& compact = weight.compact;
  if (compact.bytes == 0 || !from.random.chance(compact.share)) return {whole, 0};
  if (!from.random.chance(compact.incomplete)) return {compact.bytes, 0};
  const double share = std::min(1.0, -compact.missing * std::log(1 - from.random.unit()));
  return {compact.bytes, static_cast<std::uint64_t>(share * static_cast<double>(whole)) + 1};
}

}  // namespace bsn
