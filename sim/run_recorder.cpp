#include "sim/run_recorder.h"

#include <algorithm>

#include "core/check.h"

namespace bsn {

RunRecorder::RunRecorder(const Scenario& scenario, std::uint32_t round, Instant start)
    : round_(scenario.rounds.at(round)),
      start_(start),
      last_answer_(start),
      latest_(start),
      by_mix_(scenario.rounds[round].mix.size()) {}

SecondReport& RunRecorder::second_of(Instant when) {
  const auto second = static_cast<std::size_t>(std::max<std::int64_t>(0, (when - start_).ns / seconds(1).ns));
  if (second >= seconds_.size()) seconds_.resize(second + 1);
  return seconds_[second];
}

void RunRecorder::add_slot(const DueCall& due, Instant when, Slot::State state) {
  BSN_CHECK(due.sequence == first_slot_ + slots_.size(), "due calls come in the order of their sequence");
  slots_.push_back({due.intended, when, due.mix_entry, state});
  ++second_of(due.intended).offered;
}

void RunRecorder::sent(const DueCall& due, Instant when) {
  add_slot(due, when, Slot::State::open);
  ++second_of(when).sent;
  ++total_.sent;
  ++by_mix_[due.mix_entry].sent;
  lateness_.record(when - due.intended);
  first_intended_ = std::min(first_intended_, due.intended);
  latest_ = std::max(latest_, when);
}

void RunRecorder::dropped(const DueCall& due) {
  add_slot(due, due.intended, Slot::State::dropped);
  ++second_of(due.intended).dropped;
  ++dropped_;
}

void RunRecorder::answered(std::uint64_t sequence, Instant when, const Reply& reply) {
  latest_ = std::max(latest_, when);
  if (sequence < first_slot_) return count_second_answer(sequence);
  if (sequence >= first_slot_ + slots_.size()) {
    ++answered_unsent_;
    return;
  }
  Slot& slot = slots_[sequence - first_slot_];
  if (slot.state == Slot::State::dropped) ++answered_unsent_;
  if (slot.state == Slot::State::answered) count_second_answer(sequence);
  if (slot.state != Slot::State::open) return;
  slot.state = Slot::State::answered;
  last_answer_ = std::max(last_answer_, when);
  count_answer(slot, when, reply, total_);
  count_answer(slot, when, reply, by_mix_[slot.mix_entry]);
  if (reply.status == Status::ok) {
    ++second_of(when).succeeded;
  } else {
    ++second_of(when).failed;
    ++failures_[{reply.status, reply.reason}];
  }
  while (!slots_.empty() && slots_.front().state != Slot::State::open) {
    slots_.pop_front();
    ++first_slot_;
  }
}

// A time-out enters the latencies with at least its deadline: how long the call would have taken is not known.
void RunRecorder::count_answer(const Slot& slot, Instant when, const Reply& reply, Tally& tally) const {
  const Duration latency = when - slot.intended;
  const bool timed_out = reply.status == Status::deadline_exceeded;
  tally.latency.record(timed_out ? std::max(latency, round_.deadline) : latency);
  if (reply.status != Status::ok) {
    ++tally.failed;
    return;
  }
  ++tally.succeeded;
  SplitSums& split = tally.split;
  ++split.calls;
  split.sum.gateway_queue += reply.split.gateway_queue;
  split.sum.route += reply.split.route;
  split.sum.wire += reply.split.wire;
  split.sum.node_queue += reply.split.node_queue;
  split.sum.consensus += reply.split.consensus;
  split.sum.back += reply.split.back;
  split.client += latency - reply.split.total();
}

// The slot may be gone, and with it whether the call was dropped; either way this answer is one too many.
void RunRecorder::count_second_answer(std::uint64_t sequence) { answered_again_.insert(sequence); }

double RunRecorder::recent_tps() const {
  const auto now = static_cast<std::size_t>((latest_ - start_).ns / seconds(1).ns);
  const std::size_t whole = now == 0 ? 0 : now - 1;
  if (whole >= seconds_.size()) return 0;
  return static_cast<double>(seconds_[whole].succeeded + seconds_[whole].failed);
}

std::vector<NetworkNow> RunRecorder::by_network() const {
  std::map<std::string, NetworkNow> networks;
  for (std::size_t i = 0; i < by_mix_.size(); ++i) {
    NetworkNow& now = networks[round_.mix[i].chain.network];
    now.network = round_.mix[i].chain.network;
    now.sent += by_mix_[i].sent;
    now.succeeded += by_mix_[i].succeeded;
    now.failed += by_mix_[i].failed;
    now.latency.merge(by_mix_[i].latency);
  }
  std::vector<NetworkNow> all;
  all.reserve(networks.size());
  for (auto& [name, now] : networks) all.push_back(std::move(now));
  return all;
}

void RunRecorder::count_unfinished(Instant when) {
  for (const Slot& slot : slots_) {
    if (slot.state != Slot::State::open) continue;
    for (Tally* tally : {&total_, &by_mix_[slot.mix_entry]}) {
      ++tally->unfinished;
      tally->latency.record(round_.deadline);
    }
    if (when - slot.sent > round_.deadline + answer_grace) ++overdue_;
  }
}

MixReport RunRecorder::mix_report(std::size_t entry) const {
  const MixEntry& mix = round_.mix[entry];
  const Tally& tally = by_mix_[entry];
  MixReport report;
  report.network = mix.chain.network;
  report.chain = mix.chain.chain;
  report.operation = to_string(mix.operation);
  report.contract = mix.contract;
  report.function = mix.function;
  report.level = to_string(mix.level);
  report.sent = tally.sent;
  report.succeeded = tally.succeeded;
  report.failed = tally.failed;
  report.unfinished = tally.unfinished;
  report.latency = tally.latency;
  report.split = tally.split;
  return report;
}

std::map<std::string, std::uint64_t> RunRecorder::named_failures() const {
  std::map<std::string, std::uint64_t> named;
  for (const auto& [why, count] : failures_) {
    named[std::string(to_string(why.first)) + "/" + std::string(to_string(why.second))] = count;
  }
  return named;
}

RoundReport RunRecorder::finish(Instant when) {
  count_unfinished(when);
  RoundReport report;
  report.label = round_.label;
  report.duration = round_.duration;
  report.offered = total_.sent + dropped_;
  report.sent = total_.sent;
  report.dropped = dropped_;
  report.succeeded = total_.succeeded;
  report.failed = total_.failed;
  report.unfinished = total_.unfinished;
  const double sending = std::min(round_.duration, when - start_).seconds();
  if (sending > 0) report.send_tps = static_cast<double>(total_.sent) / sending;
  const double answering = total_.sent == 0 ? 0 : (last_answer_ - first_intended_).seconds();
  if (answering > 0) {
    report.throughput_tps = static_cast<double>(completed()) / answering;
    report.goodput_tps = static_cast<double>(total_.succeeded) / answering;
  }
  report.latency = std::move(total_.latency);
  report.split = total_.split;
  report.lateness = summarize(lateness_);
  report.failures = named_failures();
  report.seconds = seconds_;
  for (std::size_t i = 0; i < by_mix_.size(); ++i) report.mix.push_back(mix_report(i));
  return report;
}

}  // namespace bsn
