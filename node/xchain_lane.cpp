#include "node/xchain_lane.h"

#include "core/byte_fields.h"

namespace bsn {

std::uint64_t XchainLane::last() const { return number(keys_.more("last"), 0); }
void XchainLane::set_last(std::uint64_t sequence) { set_number(keys_.more("last"), sequence); }

std::uint64_t XchainLane::done() const { return number(keys_.done_below(), 1); }
void XchainLane::set_done(std::uint64_t below) { set_number(keys_.done_below(), below); }

void XchainLane::advance_done(std::uint64_t end, const std::function<bool(std::uint64_t)>& is_done) {
  const std::uint64_t before = done();
  std::uint64_t at = before;
  while (at < end && is_done(at)) ++at;
  if (at != before) set_done(at);
}

std::optional<std::string_view> XchainLane::kept(std::uint64_t sequence) const {
  return state_.get(keys_.committed(sequence));
}

void XchainLane::keep(std::uint64_t sequence, std::string bytes) {
  state_.set(keys_.committed(sequence), std::move(bytes));
}

void XchainLane::forget(std::uint64_t sequence) { state_.erase(keys_.committed(sequence)); }

void XchainLane::forget(std::uint64_t from, std::uint64_t below) {
  std::vector<std::string> keys;
  for (std::uint64_t at = from; at < below; ++at) keys.push_back(keys_.committed(at));
  forget_all(keys);
}

std::optional<Packet> XchainLane::committed(std::uint64_t sequence) const {
  const auto bytes = kept(sequence);
  return bytes ? decode_packet(*bytes) : std::nullopt;
}

bool XchainLane::is_committed(std::uint64_t sequence) const {
  const auto bytes = kept(sequence);
  return bytes && is_packet(*bytes);
}

bool XchainLane::has_outcome(std::uint64_t sequence) const {
  const auto bytes = kept(sequence);
  return bytes && !is_packet(*bytes);
}

std::optional<std::string_view> XchainLane::received(std::uint64_t sequence) const {
  return state_.get(keys_.received(sequence));
}

void XchainLane::keep_received(std::uint64_t sequence, std::string bytes) {
  state_.set(keys_.received(sequence), std::move(bytes));
}

void XchainLane::forget_received(std::uint64_t from, std::uint64_t below) {
  std::vector<std::string> keys;
  for (std::uint64_t at = from; at < below; ++at) keys.push_back(keys_.received(at));
  forget_all(keys);
}

std::uint64_t XchainLane::cleaned() const { return number(keys_.more("clean"), 1); }
void XchainLane::set_cleaned(std::uint64_t below) { set_number(keys_.more("clean"), below); }

bool XchainLane::closed() const { return state_.get(keys_.more("closed")).has_value(); }
void XchainLane::close() { state_.set(keys_.more("closed"), "1"); }

bool XchainLane::count_outflow(std::uint64_t amount, const ChannelRules& rules) {
  if (rules.outflow_max == 0) return true;
  const Instant now = state_.block().time;
  Instant began = now;
  std::uint64_t used = 0;
  if (const auto bytes = state_.get(keys_.more("flow"))) {
    ByteReader reader(*bytes);
    const Instant window = reader.time();
    if (now < window + rules.outflow_window) {
      began = window;
      used = reader.u64();
    }
  }
  if (amount > rules.outflow_max || used > rules.outflow_max - amount) return false;
  state_.set(keys_.more("flow"), ByteWriter().time(began).u64(used + amount).bytes());
  return true;
}

void XchainLane::forget_all(std::span<const std::string> keys) {
  state_.load(keys);
  for (const std::string& key : keys) state_.erase(key);
}

std::uint64_t XchainLane::number(const std::string& key, std::uint64_t otherwise) const {
  const auto bytes = state_.get(key);
  return bytes ? ByteReader(*bytes).u64() : otherwise;
}

void XchainLane::set_number(const std::string& key, std::uint64_t value) {
  state_.set(key, ByteWriter().u64(value).bytes());
}

}  // namespace bsn
