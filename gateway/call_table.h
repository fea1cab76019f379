// The calls that are under way in the gateway: found by the client's id, by an attempt that is out, by deadline, or by
// when they are to be looked at again.
//
// Slots are reused; an AttemptId is a running number with the slot in its low bits, so a late answer to an earlier
// attempt finds nothing, and no table of attempts is needed. Deadlines stand in a binary heap that knows each call's
// position, so an ended call leaves nothing behind. Costs: O(log calls), in practice O(1), per call. Bounds: `capacity`
// calls at once, each with as many attempts out as a read may be compared with; the caller checks full() first.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/call.h"
#include "gateway/gateway.h"
#include "gateway/read_comparison.h"
#include "gateway/retry_state.h"
#include "gateway/split_account.h"

namespace bsn {

// An attempt that is out.
struct OpenAttempt {
  AttemptId id;  // 0: none
  CityIndex city;
  Duration distance;  // one-way base delay from the origin
  Instant sent;
};

// One call between its admission and its answer.
struct OpenGatewayCall {
  CallId id;
  Call call;
  std::size_t project = 0;
  ChainIndex chain;
  CityIndex origin;
  CallTimes times;  // `sent`: of the latest attempt
  Instant deadline;
  TraceContext trace{};
  std::unique_ptr<ReadComparison> comparison{};  // of a read that is compared
  RetryState retry{};
  // Set by the table. Several are out at the same time when the call was hedged or is compared.
  std::array<OpenAttempt, RoutingRule::compare_max> attempts{};
  std::optional<Instant> look_at{};
  std::uint32_t slot = 0;

  bool waits() const {
    return std::any_of(attempts.begin(), attempts.end(), [](const OpenAttempt& one) { return one.id.value != 0; });
  }
};

class CallTable {
 public:
  CallTable(std::uint32_t capacity, std::size_t cities);

  bool full() const { return by_id_.size() >= capacity_; }
  std::size_t size() const { return by_id_.size(); }

  // Takes a call in. Preconditions: not full(), no open call has this id. References stay good until the next add().
  OpenGatewayCall& add(OpenGatewayCall call);

  // A new attempt for this open call, which has room for one.
  AttemptId begin_attempt(OpenGatewayCall& call, CityIndex city, Duration distance, Instant now);
  // What it was. An answer to it is no longer found.
  OpenAttempt end_attempt(OpenGatewayCall& call, AttemptId attempt);

  // The open call is to be looked at again then, once.
  void look_at(OpenGatewayCall& call, Instant when);
  // A call that is to be looked at by now, which then isn't any more; nullptr: none.
  OpenGatewayCall* take_look_due(Instant now);

  // nullptr: not open (any more).
  OpenGatewayCall* find(CallId id);
  OpenGatewayCall* find(AttemptId attempt);

  // The open call whose deadline comes first (of equal ones the lower slot); nullptr: none.
  OpenGatewayCall* first_due();
  // When there is something to do for some call: its deadline, or to look at it.
  std::optional<Instant> next_due() const;

  // Attempts that are out at this city, oldest first. Cost: O(open calls).
  std::vector<AttemptId> attempts_at(CityIndex city) const;
  // How many these are. Cost: O(1).
  std::uint32_t open_at(CityIndex city) const { return open_at_[city.value]; }

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
  void forget_look(OpenGatewayCall& call);
  void place(std::uint32_t position, Slot slot);
  void sift_up(std::uint32_t position);
  void sift_down(std::uint32_t position);

  std::uint32_t capacity_;
  std::uint64_t attempts_ = 0;
  std::vector<Entry> entries_;
  std::vector<Slot> free_;
  std::vector<Slot> heap_;
  std::map<CallId, Slot> by_id_;
  std::set<std::pair<Instant, Slot>> looks_;
  std::vector<std::uint32_t> open_at_;  // attempts, by city
};

}  // namespace bsn
