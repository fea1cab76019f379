#include "node/xchain_lane.h"

#include "core/byte_fields.h"

namespace bsn {

std::uint64_t XchainLane::last() const { return number(key("last"), 0); }
void XchainLane::set_last(std::uint64_t sequence) { set_number(key("last"), sequence); }

std::uint64_t XchainLane::done() const { return number(packet_path::done_below(lane_), 1); }
void XchainLane::set_done(std::uint64_t below) { set_number(packet_path::done_below(lane_), below); }

void XchainLane::advance_done(std::uint64_t end, const std::function<bool(std::uint64_t)>& is_done) {
  const std::uint64_t before = done();
  std::uint64_t at = before;
  while (at < end && is_done(at)) ++at;
  if (at != before) set_done(at);
}

std::optional<Packet> XchainLane::committed(std::uint64_t sequence) const {
  const auto bytes = state_.get(packet_path::committed(lane_, sequence));
  return bytes ? decode_packet(*bytes) : std::nullopt;
}

bool XchainLane::is_committed(std::uint64_t sequence) const {
  return state_.get(packet_path::committed(lane_, sequence)).has_value();
}

void XchainLane::commit(const Packet& packet) {
  state_.set(packet_path::committed(lane_, packet.sequence), encode(packet));
}

void XchainLane::drop_commitment(std::uint64_t sequence) { state_.erase(packet_path::committed(lane_, sequence)); }

bool XchainLane::received(std::uint64_t sequence) const {
  return state_.get(packet_path::received(lane_, sequence)).has_value();
}

void XchainLane::mark_received(const Packet& packet) {
  state_.set(packet_path::received(lane_, packet.sequence), std::string(packet_id(packet).view()));
}

void XchainLane::drop_received(std::uint64_t sequence) { state_.erase(packet_path::received(lane_, sequence)); }

std::optional<std::string> XchainLane::acknowledgement(std::uint64_t sequence) const {
  const auto bytes = state_.get(packet_path::acknowledged(lane_, sequence));
  return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
}

bool XchainLane::is_acknowledged(std::uint64_t sequence) const {
  return state_.get(packet_path::acknowledged(lane_, sequence)).has_value();
}

void XchainLane::set_acknowledgement(std::uint64_t sequence, std::string bytes) {
  state_.set(packet_path::acknowledged(lane_, sequence), std::move(bytes));
}

bool XchainLane::timed_out(std::uint64_t sequence) const {
  return state_.get(packet_path::timed_out(lane_, sequence)).has_value();
}

void XchainLane::mark_timed_out(const Packet& packet) {
  state_.set(packet_path::timed_out(lane_, packet.sequence), std::string(packet_id(packet).view()));
}

void XchainLane::drop_outcome(std::uint64_t sequence) {
  state_.erase(packet_path::acknowledged(lane_, sequence));
  state_.erase(packet_path::timed_out(lane_, sequence));
}

std::uint64_t XchainLane::cleaned() const { return number(key("clean"), 1); }
void XchainLane::set_cleaned(std::uint64_t below) { set_number(key("clean"), below); }

bool XchainLane::closed() const { return state_.get(key("closed")).has_value(); }
void XchainLane::close() { state_.set(key("closed"), "1"); }

bool XchainLane::count_outflow(std::uint64_t amount, const ChannelRules& rules) {
  if (rules.outflow_max == 0) return true;
  const Instant now = state_.block().time;
  Instant began = now;
  std::uint64_t used = 0;
  if (const auto bytes = state_.get(key("flow"))) {
    ByteReader reader(*bytes);
    const Instant window = reader.time();
    if (now < window + rules.outflow_window) {
      began = window;
      used = reader.u64();
    }
  }
  if (amount > rules.outflow_max || used > rules.outflow_max - amount) return false;
  state_.set(key("flow"), ByteWriter().time(began).u64(used + amount).bytes());
  return true;
}

std::string XchainLane::key(std::string_view part) const {
  return packet_path::done_below(lane_).append(1, '\0').append(part);
}

std::uint64_t XchainLane::number(const std::string& key, std::uint64_t otherwise) const {
  const auto bytes = state_.get(key);
  return bytes ? ByteReader(*bytes).u64() : otherwise;
}

void XchainLane::set_number(const std::string& key, std::uint64_t value) {
  state_.set(key, ByteWriter().u64(value).bytes());
}

}  // namespace bsn
