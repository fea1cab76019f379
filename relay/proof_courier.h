// Carries what one chain's state proves to one other chain: a final header first, then every call that it proves.
//
// A turn: ask for the newest final header together with the facts, make the header known to the target, then submit
// the calls; so many facts share one header and one check of its evidence, and those in one call (a batch,
// core/packet_batch.h) one proof. A batch is bounded in items and in bytes, lane by lane in order of sequence. What a
// batch was too large for is brought alone. The next turn does not wait for the calls of the one before, which may take
// long to become final; a header that is on its way already is not sent again. Of a
// chain that is followed by depth it also asks from which of the headers that the target knows, or will know, the new
// one descends. Of a chain whose headers name who signs next it brings a header when that changes, though there may be
// nothing to prove: so the target never misses a change.
//
// What is refused or fails is tried again with newer facts: somebody else may have been faster, the header may be
// forgotten, or the lane full. After tries_max times a task rests for a while, so that what can't be done yet costs
// little and is not forgotten. When headers are not taken time after time, the whole courier pauses, up to `rest`: a
// client that can't be taught any more costs a header a minute, and `stalled` says so.
// Bounds: under_way_max tasks without an answer and one question; the tasks that wait are bounded by the lanes
// (in_flight_max of each).
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
  std::uint64_t delivered = 0;  // steps of packets that were executed
  std::uint64_t refused = 0;    // steps and headers that a contract refused; most often another relayer was faster
  std::uint64_t failed = 0;     // steps, headers and questions without an answer
  std::uint64_t given_up = 0;   // tasks that were put to rest after tries_max

  RelayCounters operator+(const RelayCounters& more) const {
    return {headers + more.headers, delivered + more.delivered, refused + more.refused, failed + more.failed,
            given_up + more.given_up};
  }
};

class ProofCourier {
 public:
  static constexpr std::size_t turn_max = facts_keys_max - 1;                     // one key is for the descent
  static constexpr std::size_t keys_bytes_max = CallLimits::total_bytes * 3 / 4;  // of a question
  // Of a batch. A proof takes some 70 bytes for each item, more where few are of one lane, so all of it is mostly far
  // below what a call may have; where it is not, the tasks go alone.
  static constexpr std::size_t batch_items = 64;
  static constexpr std::size_t batch_bytes = 28 * 1024;  // without the proof
  // A target that is final after 15 blocks, as Nervos, answers that much later; 2,000 steps in each of its blocks fit.
  static constexpr std::size_t under_way_max = 32'000;
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

  void add(Instant now, RelayTask task);
  // Somebody did it, or it can't be done any more.
  void drop(const RelayTaskId& id);

  // The witness' newest final block: time-outs pass by it, and its validators may be others.
  void witness_is_at(const BlockHeader& header);

  // The target took this header, whoever brought it.
  void target_took(const FinalHeader& header);

  // Begins the next turn when no question is open and something can be done.
  void start(Instant now, std::vector<RelayerOutput>& out);
  void take(Instant now, const GotFacts& facts, std::vector<RelayerOutput>& out);
  void take(Instant now, const CallEnded& ended);

  // When start() may do something that it may not now; nullopt: nothing waits for time.
  std::optional<Instant> next_wakeup() const;

  const ChainName& witness() const { return witness_; }
  const ChainName& target() const { return target_; }
  bool frozen() const { return frozen_; }
  // Its last tries_max headers, or questions for one, were in vain.
  bool stalled() const { return failures_ >= tries_max; }
  // Why the last one was in vain.
  const std::string& last_failure() const { return last_failure_; }
  std::size_t backlog() const { return tasks_.size() + under_way_.size() + resting_.size(); }
  const RelayCounters& counters() const { return counters_; }
  // Since when the task that waits longest is known; nullopt: none waits. Time-outs that have not passed don't count.
  std::optional<Instant> oldest() const;
  const RelayMeter& meter() const { return meter_; }

 private:
  using Tasks = std::map<RelayTaskId, RelayTask>;
  struct Known {  // of a header that the target took or is about to
    Height height = 0;
    std::string voters;  // its seal, when it names who signs next; else empty
  };

  bool may_start(Instant now) const;
  bool missed_a_change() const { return !witness_voters_.empty() && sent_.voters != witness_voters_; }
  Height descends_from() const { return by_depth_ ? sent_.height : 0; }
  using Batch = std::vector<RelayTaskId>;
  std::vector<RelayTask> next_tasks();
  void form_batches(std::vector<RelayTask> tasks);
  void back_to_waiting(const Batch& batch);
  void all_back_to_waiting();
  bool add_descent(const Facts& facts, FinalHeader& header) const;
  void submit_update(const FinalHeader& header, std::vector<RelayerOutput>& out);
  void submit_batch(Instant now, const FinalHeader& header, Batch batch, const Facts& facts,
                    std::vector<RelayerOutput>& out);
  void batch_ended(Instant now, const Batch& batch, const CallEnded& ended);
  void step_done(Instant now, const RelayTaskId& id);
  void step_refused(Instant now, const RelayTaskId& id);
  void take_update(const CallEnded& ended, const Known& header, Instant now);
  void header_failed(Instant now, std::string why);
  void try_again(Instant now, RelayTask task);
  void wake_resting(Instant now);

  ChainName witness_, target_;
  bool target_is_hub_;
  std::string relayer_;
  RelayRequest next_request_;
  Tasks tasks_;                                                   // that the witness can prove now
  Tasks under_way_;                                               // asked about or submitted
  Tasks time_outs_;                                               // that it can prove once their time-out has passed
  std::map<RelayTaskId, std::pair<Instant, RelayTask>> resting_;  // until then
  std::optional<Instant> wake_at_;                                // the first of them, or earlier
  PacketTimeout earliest_;                                        // no time-out passes before; never: none waits
  Height witness_height_ = 0;
  Instant witness_time_;
  std::string witness_voters_;  // by its newest header; empty: its headers name none
  Instant not_before_;
  Known known_;            // the newest header that the target took, as far as one was seen to
  Known sent_;             // the newest that it took or is about to
  bool by_depth_ = false;  // the evidence of the last header
  bool frozen_ = false;
  std::uint32_t failures_ = 0;  // headers and questions in vain, in a row
  std::string last_failure_;

  std::vector<Batch> batches_;  // what the open question is about
  RelayTaskId last_;            // of the turn before
  std::optional<RelayRequest> facts_request_;
  Height descent_from_ = 0;  // what the last fact is about; 0: it was not asked for
  std::map<RelayRequest, Known> updates_;
  std::map<RelayRequest, Batch> calls_;  // by item; without a lane: somebody else did it meanwhile, or it can't be done

  RelayCounters counters_;
  RelayMeter meter_;
};

}  // namespace bsn
