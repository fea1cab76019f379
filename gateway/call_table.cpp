#include "gateway/call_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/check.h"

namespace bsn {

namespace {

OpenAttempt* find_attempt(OpenGatewayCall& call, AttemptId id) {
  const auto found = std::find_if(call.attempts.begin(), call.attempts.end(),
                                  [&](const OpenAttempt& attempt) { return attempt.id == id; });
  return found == call.attempts.end() ? nullptr : &*found;
}

}  // namespace

CallTable::CallTable(std::uint32_t capacity, std::size_t cities)
    : capacity_(std::min<std::uint32_t>(capacity, slot_mask)), open_at_(cities, 0) {}

OpenGatewayCall& CallTable::add(OpenGatewayCall call) {
  BSN_CHECK(!full(), "the table of calls is full");
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(entries_.size()));
    entries_.emplace_back();
  }
  const Slot slot = free_.back();
  free_.pop_back();
  const std::size_t before = by_id_.size();
  by_id_.emplace_hint(by_id_.end(), call.id, slot);  // ids mostly grow
  BSN_CHECK(by_id_.size() > before, "a call id was used twice");
  Entry& entry = entries_[slot];
  entry.call = std::move(call);
  entry.call.slot = slot;
  entry.open = true;
  heap_.push_back(slot);
  place(static_cast<std::uint32_t>(heap_.size() - 1), slot);
  sift_up(entry.heap_position);
  return entry.call;
}

AttemptId CallTable::begin_attempt(OpenGatewayCall& call, CityIndex city, Duration distance, Instant now) {
  OpenAttempt* free = find_attempt(call, {});
  BSN_CHECK(free != nullptr, "a call has more attempts out than it may");
  *free = {{++attempts_ << slot_bits | call.slot}, city, distance, now};
  ++open_at_[city.value];
  return free->id;
}

OpenAttempt CallTable::end_attempt(OpenGatewayCall& call, AttemptId attempt) {
  OpenAttempt* ended = find_attempt(call, attempt);
  BSN_CHECK(ended != nullptr && attempt.value != 0, "an attempt ends once");
  --open_at_[ended->city.value];
  return std::exchange(*ended, {});
}

void CallTable::look_at(OpenGatewayCall& call, Instant when) {
  forget_look(call);
  call.look_at = when;
  looks_.emplace(when, call.slot);
}

void CallTable::forget_look(OpenGatewayCall& call) {
  if (call.look_at) looks_.erase({*call.look_at, call.slot});
  call.look_at.reset();
}

OpenGatewayCall* CallTable::take_look_due(Instant now) {
  if (looks_.empty() || looks_.begin()->first > now) return nullptr;
  OpenGatewayCall& call = entries_[looks_.begin()->second].call;
  forget_look(call);
  return &call;
}

OpenGatewayCall* CallTable::find(CallId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entries_[found->second].call;
}

OpenGatewayCall* CallTable::find(AttemptId attempt) {
  const std::uint64_t slot = attempt.value & slot_mask;
  if (slot >= entries_.size()) return nullptr;
  Entry& entry = entries_[slot];
  return entry.open && attempt.value != 0 && find_attempt(entry.call, attempt) ? &entry.call : nullptr;
}

OpenGatewayCall* CallTable::first_due() { return heap_.empty() ? nullptr : &entries_[heap_.front()].call; }

std::optional<Instant> CallTable::next_due() const {
  if (heap_.empty()) return std::nullopt;
  const Instant deadline = entries_[heap_.front()].call.deadline;
  return looks_.empty() ? deadline : std::min(deadline, looks_.begin()->first);
}

std::vector<AttemptId> CallTable::attempts_at(CityIndex city) const {
  std::vector<AttemptId> attempts;
  for (const Slot slot : heap_) {
    for (const OpenAttempt& attempt : entries_[slot].call.attempts) {
      if (attempt.id.value != 0 && attempt.city == city) attempts.push_back(attempt.id);
    }
  }
  std::sort(attempts.begin(), attempts.end());
  return attempts;
}

std::vector<CityIndex> CallTable::cities_of(ChainIndex chain) const {
  std::set<CityIndex> cities;
  for (const Slot slot : heap_) {
    const OpenGatewayCall& call = entries_[slot].call;
    if (call.chain != chain) continue;
    for (const OpenAttempt& attempt : call.attempts) {
      if (attempt.id.value != 0) cities.insert(attempt.city);
    }
  }
  return {cities.begin(), cities.end()};
}

std::size_t CallTable::calls_to(ChainIndex chain) const {
  return static_cast<std::size_t>(std::count_if(
      by_id_.begin(), by_id_.end(), [&](const auto& open) { return entries_[open.second].call.chain == chain; }));
}

void CallTable::remove(const OpenGatewayCall& call) {
  const Slot slot = call.slot;
  Entry& entry = entries_[slot];
  BSN_CHECK(entry.open, "a call was ended twice");
  by_id_.erase(call.id);
  for (const OpenAttempt& attempt : entry.call.attempts) {
    if (attempt.id.value != 0) --open_at_[attempt.city.value];
  }
  forget_look(entry.call);
  entry.open = false;
  entry.call.call = {};
  entry.call.comparison.reset();
  const std::uint32_t hole = entry.heap_position;
  const Slot last = heap_.back();
  heap_.pop_back();
  if (last != slot) {
    place(hole, last);
    sift_up(hole);
    sift_down(entries_[last].heap_position);
  }
  free_.push_back(slot);
}

bool CallTable::due_before(Slot a, Slot b) const {
  return std::pair(entries_[a].call.deadline, a) < std::pair(entries_[b].call.deadline, b);
}

void CallTable::place(std::uint32_t position, Slot slot) {
  heap_[position] = slot;
  entries_[slot].heap_position = position;
}

void CallTable::sift_up(std::uint32_t position) {
  const Slot slot = heap_[position];
  while (position > 0) {
    const std::uint32_t parent = (position - 1) / 2;
    if (!due_before(slot, heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, slot);
}

void CallTable::sift_down(std::uint32_t position) {
  const Slot slot = heap_[position];
  for (;;) {
    std::uint32_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && due_before(heap_[child + 1], heap_[child])) ++child;
    if (!due_before(heap_[child], slot)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, slot);
}

}  // namespace bsn
