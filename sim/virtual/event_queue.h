// The event queue of virtual time: plain structs, popped in the total order (time, source, sequence).
//
// A calendar of 4096 buckets of equal width. An event goes unsorted into the bucket of its time; a bucket is sorted
// once, when it becomes the current one. Events for the current bucket go to a small heap beside it, events beyond the
// calendar to a heap from which they move in as time goes on. So an event costs O(1) while most delays are longer than
// a bucket and shorter than the calendar, and O(log n) otherwise: choose a width not above the smallest link latency.
//
// Bounds: none of its own; memory is proportional to the most events ever held at once. Once it has grown to that,
// neither push nor pop allocates. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/time.h"

namespace bsn {

// Something that happens at `when`. Simultaneous events are ordered by their source, then as they were pushed.
template <class Payload>
struct Event {
  Instant when;
  std::uint64_t order = 0;  // source in the upper 20 bits, sequence in the lower 44
  Payload payload{};

  std::uint32_t source() const { return static_cast<std::uint32_t>(order >> 44); }
  bool operator<(const Event& other) const {
    return when.ns != other.when.ns ? when.ns < other.when.ns : order < other.order;
  }
};

template <class Payload>
class EventQueue {
 public:
  static constexpr std::uint32_t max_source = (1U << 20) - 1;

  // `width` of a bucket, rounded down to a power of two of nanoseconds; >= 1 ns.
  explicit EventQueue(Duration width) : shift_(std::countr_zero(std::bit_floor(static_cast<std::uint64_t>(width.ns)))) {
    BSN_CHECK(width.ns >= 1, "a bucket has a width");
  }

  // `when` must not lie before the last popped event.
  void push(Instant when, std::uint32_t source, Payload payload) {
    BSN_CHECK(when >= now_ && source <= max_source, "events lie in the future and come from a known source");
    ++size_;
    place({when, std::uint64_t{source} << 44 | sequence_++, payload});
  }

  // Takes the first event if it is due at or before `limit`; false: there is none.
  bool pop_due(Instant limit, Event<Payload>& out) {
    while (next_ == current_.size() && late_.empty()) {
      if (!turn_page(limit)) return false;
    }
    const bool from_late = next_ == current_.size() || (!late_.empty() && late_.front() < current_[next_]);
    const Event<Payload>& first = from_late ? late_.front() : current_[next_];
    if (first.when > limit) return false;
    out = first;
    if (from_late) {
      pop_heap(late_);
    } else {
      ++next_;
    }
    now_ = out.when;
    --size_;
    return true;
  }

  // Counts the buckets: another number than before, and another bucket is the current one.
  std::int64_t page() const { return page_; }

  // Calls visit(payload) for the events of the bucket behind the current one, in no stated order.
  template <class Visit>
  void visit_next_page(const Visit& visit) const {
    for (std::uint32_t at = heads_[static_cast<std::size_t>((page_ + 1) % buckets)]; at != none;
         at = chunks_[at].next) {
      for (std::uint32_t i = 0; i < chunks_[at].used; ++i) visit(chunks_[at].items[i].payload);
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  using Item = Event<Payload>;

  static constexpr std::int64_t buckets = 4096;
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t words = buckets / 64;
  static constexpr int max_slot_bits = 12;

  // Eight events of one bucket, in a chain of chunks. Chunks are recycled, so memory follows the events, not the
  // buckets.
  struct Chunk {
    std::array<Item, 8> items;
    std::uint32_t used = 0;
    std::uint32_t next = none;
  };

  struct Later {
    bool operator()(const Item& a, const Item& b) const { return b < a; }
  };

  static void push_heap(std::vector<Item>& heap, const Item& item) {
    heap.push_back(item);
    std::push_heap(heap.begin(), heap.end(), Later{});
  }

  static void pop_heap(std::vector<Item>& heap) {
    std::pop_heap(heap.begin(), heap.end(), Later{});
    heap.pop_back();
  }

  std::int64_t page_of(Instant when) const { return when.ns >> shift_; }

  void place(const Item& item) {
    const std::int64_t page = page_of(item.when);
    if (page <= page_) {
      push_heap(late_, item);
    } else if (page - page_ < buckets) {
      put_in_bucket(static_cast<std::size_t>(page % buckets), item);
    } else {
      push_heap(overflow_, item);
    }
  }

  void put_in_bucket(std::size_t bucket, const Item& item) {
    std::uint32_t& head = heads_[bucket];
    if (head == none || chunks_[head].used == chunks_[head].items.size()) {
      const std::uint32_t fresh = take_chunk();
      chunks_[fresh].used = 0;
      chunks_[fresh].next = head;
      head = fresh;
      filled_[bucket / 64] |= std::uint64_t{1} << bucket % 64;
      filled_words_ |= std::uint64_t{1} << bucket / 64;
    }
    Chunk& chunk = chunks_[head];
    chunk.items[chunk.used++] = item;
  }

  std::uint32_t take_chunk() {
    if (free_ == none) {
      chunks_.emplace_back();
      return static_cast<std::uint32_t>(chunks_.size() - 1);
    }
    const std::uint32_t taken = free_;
    free_ = chunks_[taken].next;
    return taken;
  }

  // Makes the next bucket with events the current one, unless it begins after `limit`. False: there is none.
  bool turn_page(Instant limit) {
    std::int64_t page = next_filled_page();
    if (page < 0 && !overflow_.empty()) page = page_of(overflow_.front().when);  // always behind the calendar's end
    if (page < 0 || page > page_of(limit)) return false;
    page_ = page;
    load_current(static_cast<std::size_t>(page % buckets));
    while (!overflow_.empty() && page_of(overflow_.front().when) - page_ < buckets) {
      place(overflow_.front());
      pop_heap(overflow_);
    }
    return true;
  }

  // The nearest page after the current one whose bucket holds events; -1: none does.
  std::int64_t next_filled_page() const {
    if (filled_words_ == 0) return -1;
    const auto here = static_cast<std::size_t>((page_ + 1) % buckets);
    const std::size_t word = here / 64;
    const std::uint64_t rest = filled_[word] >> here % 64;
    if (rest != 0) return page_ + 1 + std::countr_zero(rest);
    const int step = std::countr_zero(std::rotr(filled_words_, static_cast<int>((word + 1) % words)));
    const std::size_t found = (word + 1 + static_cast<std::size_t>(step)) % words;
    const std::size_t bucket = found * 64 + static_cast<std::size_t>(std::countr_zero(filled_[found]));
    return page_ + 1 + static_cast<std::int64_t>((bucket + buckets - here) % buckets);
  }

  // Empties a bucket into current_, sorted: first dealt into slots of equal width, about one event each, then put right
  // by insertion, which is cheap because nobody is far from home. Where many share a slot, std::sort does it.
  void load_current(std::size_t bucket) {
    std::size_t count = 0;
    for (std::uint32_t at = heads_[bucket]; at != none; at = chunks_[at].next) count += chunks_[at].used;
    const int bits = std::min({std::countr_zero(std::bit_ceil(count + 1)), max_slot_bits, shift_});
    const auto slot_of = [&](const Item& item) {
      return static_cast<std::size_t>((item.when.ns & ((std::int64_t{1} << shift_) - 1)) >> (shift_ - bits));
    };
    const std::uint32_t fullest = count_slots(bucket, std::size_t{1} << bits, slot_of);
    current_.resize(count);
    next_ = 0;
    for (std::uint32_t at = heads_[bucket]; at != none;) {
      Chunk& chunk = chunks_[at];
      for (std::uint32_t i = 0; i < chunk.used; ++i) current_[slots_[slot_of(chunk.items[i])]++] = chunk.items[i];
      const std::uint32_t following = chunk.next;
      chunk.next = free_;
      free_ = at;
      at = following;
    }
    heads_[bucket] = none;
    filled_[bucket / 64] &= ~(std::uint64_t{1} << bucket % 64);
    if (filled_[bucket / 64] == 0) filled_words_ &= ~(std::uint64_t{1} << bucket / 64);
    if (fullest <= 16) {
      insertion_sort(current_);
    } else {
      std::sort(current_.begin(), current_.end());
    }
  }

  // Sets slots_ to where each slot begins in current_; returns how many events the fullest one holds.
  template <class SlotOf>
  std::uint32_t count_slots(std::size_t bucket, std::size_t slots, SlotOf slot_of) {
    std::fill_n(slots_.begin(), slots, 0);
    for (std::uint32_t at = heads_[bucket]; at != none; at = chunks_[at].next) {
      for (std::uint32_t i = 0; i < chunks_[at].used; ++i) ++slots_[slot_of(chunks_[at].items[i])];
    }
    std::uint32_t begin = 0, fullest = 0;
    for (std::size_t i = 0; i < slots; ++i) {
      const std::uint32_t held = slots_[i];
      fullest = std::max(fullest, held);
      slots_[i] = begin;
      begin += held;
    }
    return fullest;
  }

  static void insertion_sort(std::vector<Item>& items) {
    for (std::size_t i = 1; i < items.size(); ++i) {
      if (!(items[i] < items[i - 1])) continue;
      const Item item = items[i];
      std::size_t to = i;
      for (; to > 0 && item < items[to - 1]; --to) items[to] = items[to - 1];
      items[to] = item;
    }
  }

  static std::array<std::uint32_t, buckets> no_heads() {
    std::array<std::uint32_t, buckets> heads;
    heads.fill(none);
    return heads;
  }

  int shift_;              // log2 of the bucket width
  std::int64_t page_ = 0;  // the current bucket, counted from time zero
  Instant now_;            // of the last popped event
  std::uint64_t sequence_ = 0;
  std::size_t size_ = 0;
  std::vector<Item> current_;  // the current bucket, sorted; taken up to next_
  std::size_t next_ = 0;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(std::size_t{1} << max_slot_bits);
  std::vector<Item> late_;                                 // heap: pushed for the current bucket after it was sorted
  std::vector<Item> overflow_;                             // heap: at least `buckets` pages away
  std::array<std::uint32_t, buckets> heads_ = no_heads();  // first chunk of each bucket
  std::vector<Chunk> chunks_;
  std::uint32_t free_ = none;                  // first recycled chunk
  std::array<std::uint64_t, words> filled_{};  // which buckets hold events ...
  std::uint64_t filled_words_ = 0;             // ... and which of these words are not zero
};

}  // namespace bsn
