// Holds values until an instant, as a wire holds what is on its way.
//
// Values of one link leave in the order in which they were put in, as TCP would deliver them: a value that is held up
// holds up those behind it. Values of different links leave in the order of their due times; equal ones in the order of
// putting in. Not for several threads. The bound is the caller's: look at size() before hold().
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/time.h"

namespace bsn {

// `Link` is an ordered value that names the wire, for example the city at its other end.
template <class Link, class Value>
class DelayLine {
 public:
  struct Held {
    Instant due;
    std::uint64_t sequence = 0;
    Link link;
    Value value;
  };

  // Holds `value` until `due`, or until the value before it on this link is due, if that is later.
  void hold(Link link, Instant due, Value value) {
    Instant& last = last_due_.try_emplace(link, due).first->second;
    last = std::max(last, due);
    heap_.push_back({last, next_sequence_++, std::move(link), std::move(value)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  // Appends what is due at or before `now` to `out` and forgets it.
  void take_due(Instant now, std::vector<Held>& out) {
    while (!heap_.empty() && heap_.front().due <= now) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      out.push_back(std::move(heap_.back()));
      heap_.pop_back();
    }
  }

  std::optional<Instant> next_due() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().due;
  }

  std::size_t size() const { return heap_.size(); }

 private:
  static bool later(const Held& a, const Held& b) {
    return std::pair(a.due, a.sequence) > std::pair(b.due, b.sequence);
  }

  std::vector<Held> heap_;
  std::map<Link, Instant> last_due_;  // one entry per link ever used
  std::uint64_t next_sequence_ = 0;
};

}  // namespace bsn
