// Records one round as the calls go by: used by the virtual and the live runner alike, on one thread.
//
// Memory: 24 bytes for every call from the oldest open one to the newest, one histogram for the round and one per entry
// of its mix. Cost: some tens of ns a call.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/call.h"
#include "sim/report.h"
#include "sim/workload.h"

namespace bsn {

// What a round has seen of one network so far.
struct NetworkNow {
  std::string network;
  std::uint64_t sent = 0, succeeded = 0, failed = 0;
  Histogram latency;  // of answered calls
};

class RunRecorder {
 public:
  // `start` is the workload's.
  RunRecorder(const Scenario& scenario, std::uint32_t round, Instant start);

  // Every due call is either sent or dropped, in the order of its sequence.
  void sent(const DueCall& due, Instant when);
  void dropped(const DueCall& due);
  // The answer to a sent call, once each. A second answer counts for ANSWERED as a violation and nowhere else.
  void answered(std::uint64_t sequence, Instant when, const Reply& reply);

  std::uint64_t open() const { return total_.sent - completed(); }              // sent and not answered
  std::uint64_t completed() const { return total_.succeeded + total_.failed; }  // answered
  std::uint64_t succeeded() const { return total_.succeeded; }                  // answered with OK
  // Answers in the last whole second: for progress lines.
  double recent_tps() const;
  const Histogram& latency() const { return total_.latency; }  // of answered calls
  // By the name of the network. Costs as much as merging a histogram for each entry of the mix: not for every call.
  std::vector<NetworkNow> by_network() const;

  // Ends the round: open calls become unfinished. Once, as the last call but for the two below.
  RoundReport finish(Instant when);

  // How many calls were answered exactly once / not so, for the ANSWERED invariant. Wrong are: a second answer, an
  // answer to a call that was not sent, and, known after finish(), no answer although the deadline passed
  // `answer_grace` ago. Calls that were cut off before their deadline are in neither number.
  std::uint64_t answered_once() const { return completed() - answered_again_.size(); }
  std::uint64_t answered_wrongly() const { return answered_again_.size() + answered_unsent_ + overdue_; }

  // How long after its deadline a call's answer may still be on its way.
  static constexpr Duration answer_grace = seconds(1);

 private:
  // One call between the oldest open one and the newest.
  struct Slot {
    Instant intended, sent;
    std::uint32_t mix_entry = 0;
    enum class State : std::uint8_t { open, answered, dropped } state = State::open;
  };

  // What is counted for the round and again for each entry of its mix.
  struct Tally {
    std::uint64_t sent = 0, succeeded = 0, failed = 0, unfinished = 0;
    Histogram latency;
    SplitSums split;
  };

  SecondReport& second_of(Instant when);
  void add_slot(const DueCall& due, Instant when, Slot::State state);
  void count_answer(const Slot& slot, Instant when, const Reply& reply, Tally& tally) const;
  void count_second_answer(std::uint64_t sequence);
  void count_unfinished(Instant when);
  MixReport mix_report(std::size_t entry) const;
  std::map<std::string, std::uint64_t> named_failures() const;

  const Round& round_;
  Instant start_;
  Instant last_answer_, latest_;
  Instant first_intended_ = Instant::max();
  std::deque<Slot> slots_;  // of the calls with sequence first_slot_, first_slot_ + 1 ...
  std::uint64_t first_slot_ = 0;
  std::uint64_t dropped_ = 0;
  Tally total_;
  std::vector<Tally> by_mix_;  // by entry of the mix
  Histogram lateness_;
  std::vector<SecondReport> seconds_;
  std::map<std::pair<Status, Reason>, std::uint64_t> failures_;  // at most each pair of the two
  std::set<std::uint64_t> answered_again_;                       // grows with violations only
  std::uint64_t answered_unsent_ = 0;
  std::uint64_t overdue_ = 0;
};

}  // namespace bsn
