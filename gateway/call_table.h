// The calls that are under way in the gateway: found by the client's id, by the attempt that is out, or by deadline.
//
// Slots are reused; an AttemptId is a running number with the slot in its low bits, so a late answer to an earlier
// attempt finds nothing, and no table of attempts is needed. Deadlines stand in a binary heap that knows each call's
// position, so an ended call leaves nothing behind. Costs: O(log calls), in practice O(1), per call. Bounds: `capacity`
// calls at once; the caller checks full() first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/call.h"
#include "gateway/gateway.h"
#include "gateway/retry_state.h"
#include "gateway/split_account.h"

namespace bsn {

// One call between its admission and its answer.
struct OpenGatewayCall {
  CallId id;
  Call call;
  ChainIndex chain;
  CityIndex origin;
  CallTimes times;
  Instant deadline;
  RetryState retry;
  AttemptId attempt;       // the one that is out
  CityIndex city;          // where it went
  std::uint32_t slot = 0;  // set by the table
};

class CallTable {
 public:
  explicit CallTable(std::uint32_t capacity);

  bool full() const { return by_id_.size() >= capacity_; }
  std::size_t size() const { return by_id_.size(); }

  // Takes a call in. Preconditions: not full(), no open call has this id. References stay good until the next add().
  OpenGatewayCall& add(OpenGatewayCall call);

  // A new attempt for this open call; answers to its earlier ones are no longer found.
  AttemptId next_attempt(OpenGatewayCall& call);

  // nullptr: not open (any more).
  OpenGatewayCall* find(CallId id);
  OpenGatewayCall* find(AttemptId attempt);

  // The open call whose deadline comes first (of equal ones the lower slot); nullptr: none.
  OpenGatewayCall* first_due();
  std::optional<Instant> first_deadline() const;

  // Attempts that are out at this city, oldest first.
  std::vector<AttemptId> attempts_at(CityIndex city) const;

  // The cities at which attempts of calls to this chain are out, each once, in order of index.
  std::vector<CityIndex> cities_of(ChainIndex chain) const;

  // How many calls to this chain are open.
  std::size_t calls_to(ChainIndex chain) const;

  void remove(const OpenGatewayCall& call);

 private:
  static constexpr std::uint32_t slot_bits = 24;  // 16 million calls at once, 10^12 attempts
  static constexpr std::uint64_t slot_mask = (1u << slot_bits) - 1;
  using Slot = std::uint32_t;

  struct Entry {
    OpenGatewayCall call;
    std::uint32_t heap_position = 0;
    bool open = false;
  };

  bool due_before(Slot a, Slot b) const;
  void place(std::uint32_t position, Slot slot);
  void sift_up(std::uint32_t position);
  void sift_down(std::uint32_t position);

  std::uint32_t capacity_;
  std::uint64_t attempts_ = 0;
  std::vector<Entry> entries_;
  std::vector<Slot> free_;
  std::vector<Slot> heap_;
  std::map<CallId, Slot> by_id_;
};

}  // namespace bsn
