// Carries what one chain's state proves to one other chain: a final header first, then every call that it proves.
//
// One batch at a time: ask for the newest final header together with the facts, make the header known to the target,
// then submit the calls; so many facts share one header and one check of its evidence. Of a chain that is followed by
// depth it also asks from which of the headers that the target knows the new one descends. What is refused or fails is
// tried again with newer facts: somebody else may have been faster, the header may be forgotten, or the lane full.
// After tries_max times in a row a task rests for a while, so that what can't be done yet costs little and is not
// forgotten. Bounds: batch_max facts under way; the tasks that wait are bounded by the lanes (in_flight_max of each).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "relay/relay_messages.h"
#include "relay/relay_meter.h"
#include "relay/relay_task.h"

namespace bsn {

struct RelayCounters {
  std::uint64_t headers = 0;    // made known
  std::uint64_t delivered = 0;  // calls that were executed
  std::uint64_t refused = 0;    // calls that a contract refused; most often another relayer was faster
  std::uint64_t failed = 0;     // calls and questions without an answer
  std::uint64_t given_up = 0;   // tasks that were put to rest after tries_max

  RelayCounters operator+(const RelayCounters& more) const {
    return {headers + more.headers, delivered + more.delivered, refused + more.refused, failed + more.failed,
            given_up + more.given_up};
  }
};

class ProofCourier {
 public:
  static constexpr std::size_t batch_max = facts_keys_max - 1;  // one key is for the descent
  static constexpr std::uint32_t tries_max = 10;
  static constexpr Duration retry_after = seconds(1);
  static constexpr Duration rest = seconds(60);

  // Numbers its requests from `first_request` on.
  ProofCourier(ChainName witness, ChainName target, bool target_is_hub, std::string relayer, RelayRequest first_request)
      : witness_(std::move(witness)),
        target_(std::move(target)),
        target_is_hub_(target_is_hub),
        relayer_(std::move(relayer)),
        next_request_(first_request) {}

  void add(Instant now, RelayTask&& task);
  // Somebody did it, or it can't be done any more.
  void drop(const RelayTaskId& id);

  // The witness' newest final block: time-outs pass by it.
  void witness_is_at(Height height, Instant time);

  // The target took this header, whoever brought it.
  void target_took(const FinalHeader& header);

  // Begins the next batch when none is under way and something can be done.
  void start(Instant now, std::vector<RelayerOutput>& out);
  void take(Instant now, const GotFacts& facts, std::vector<RelayerOutput>& out);
  void take(Instant now, const CallEnded& ended);

  // When start() may do something that it may not now; nullopt: nothing waits for time.
  std::optional<Instant> next_wakeup() const;

  bool frozen() const { return frozen_; }
  std::size_t backlog() const { return tasks_.size() + resting_.size(); }
  const RelayCounters& counters() const { return counters_; }
  // Since when the task that waits longest is known; nullopt: none waits. Time-outs that have not passed don't count.
  std::optional<Instant> oldest() const;
  const RelayMeter& meter() const { return meter_; }

 private:
  bool is_idle() const { return !facts_request_ && !update_request_ && calls_.empty(); }
  void take_update(Instant now, const CallEnded& ended);
  bool add_descent();
  void submit_calls(Instant now, std::vector<RelayerOutput>& out);
  void try_again(Instant now, const RelayTaskId& id);
  void wake_resting(Instant now);
  void wait(Instant now) { not_before_ = now + retry_after; }

  ChainName witness_, target_;
  bool target_is_hub_;
  std::string relayer_;
  RelayRequest next_request_;
  std::map<RelayTaskId, RelayTask> tasks_;                        // that the witness can prove now
  std::map<RelayTaskId, RelayTask> time_outs_;                    // that it can prove once their time-out has passed
  std::map<RelayTaskId, std::pair<Instant, RelayTask>> resting_;  // until then
  PacketTimeout earliest_;                                        // no time-out passes before; never: none waits
  Height witness_height_ = 0;
  Instant witness_time_;
  Instant not_before_;
  Height target_knows_ = 0;  // the newest header that it took, as far as one was seen to
  bool by_depth_ = false;    // the evidence of the last header
  bool frozen_ = false;

  // The batch under way.
  std::vector<RelayTaskId> batch_;
  RelayTaskId last_;  // of the batch before
  std::optional<RelayRequest> facts_request_;
  std::optional<RelayRequest> update_request_;
  GotFacts facts_;
  Height descent_from_ = 0;  // what the last fact is about; 0: it was not asked for
  Height updating_to_ = 0;
  std::map<RelayRequest, RelayTaskId> calls_;

  RelayCounters counters_;
  RelayMeter meter_;
};

}  // namespace bsn
