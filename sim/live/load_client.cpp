#include "sim/live/load_client.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "h2/client_stream.h"
#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "sim/live/load_link.h"

namespace bsn {
namespace {

// A call this much behind its schedule is not sent any more: the client itself is overloaded, and says so as "dropped".
constexpr Duration most_lateness = seconds(1);

// Calls open at once; at the bound further ones are dropped.
constexpr std::size_t most_open_calls = 50'000;

// The clock is looked at so often when nothing is due: for the stop flag, the drain limit and the progress lines.
constexpr Duration longest_wait = milliseconds(200);

// A call that becomes due so soon after others went out waits for the end of this time and goes with those that become
// due meanwhile: each wake-up of the loop, of the gateway and of the node costs more than a call. Calls that are
// further apart go exactly when they are due. Like all lateness it counts as latency and shows in the report.
constexpr Duration gathering = microseconds(500);

// One round under way. Everything happens on its loop, in the ends of the loop's turns: what became due during a turn
// goes out to each gateway as one message.
class RoundRun {
 public:
  RoundRun(const LoadOrder& order, h2::Loop& loop)
      : order_(order),
        round_(order.scenario->rounds[order.round]),
        timer_(loop.io()),
        start_(monotonic_now()),
        workload_(*order.scenario, order.round, start_),
        recorder_(*order.scenario, order.round, start_) {}

  void open(h2::Loop& loop, const std::vector<std::string>& gateways, const std::string& access_key) {
    for (std::size_t n = 0; n < gateways.size(); ++n) {
      links_.push_back(std::make_unique<LoadLink>(
          loop, h2::ClientStream::Target{gateways[n], "/bsn.v1.Gateway/Stream", {{"x-api-key", access_key}}},
          LoadLink::Listener{[this](const std::string& bytes) { record(bytes); }, [this, n] { lost(n); }}));
    }
    const Topology& topology = order_.scenario->topology;
    for (std::uint32_t n = 0; n < topology.cities.size(); ++n) {
      near_.push_back(gateways.size() > 1 ? gateways_near(topology, {n}) : std::vector<std::size_t>{0});
    }
  }

  void end_turn() {
    if (links_.empty() || over_) return;
    const Instant now = monotonic_now();
    send_due(now);
    report_second(now);
    finished(now) ? end(now) : arm(now);
  }

  // From another thread: waits for the end of the round.
  Result<LoadOutcome> wait() { return outcome_.get_future().get(); }

 private:
  struct OpenCall {
    Call call;
    std::size_t link = 0;
  };

  bool stopped() const { return order_.stop && *order_.stop; }

  bool finished(Instant now) const {
    if (nobody_is_there()) return true;
    const bool all_sent = !workload_.next_wakeup() || stopped();
    const Instant drained = (stopped() ? stop_seen_.value_or(now) : workload_.end()) + round_.drain;
    return all_sent && (recorder_.open() == 0 || now >= drained);
  }

  bool nobody_is_there() const {
    return !heard_ && std::all_of(links_.begin(), links_.end(),
                                  [](const auto& link) { return !link->up() && !link->why_lost().empty(); });
  }

  void end(Instant now) {
    over_ = true;
    const bool in_vain = nobody_is_there() || (!heard_ && recorder_.open() > 0);
    for (const auto& link : links_) link->close();
    timer_.cancel();
    if (in_vain) {
      const std::string& why = links_.front()->why_lost();
      return outcome_.set_value(
          Error{ErrorCode::unavailable, "the gateway answered no call: " + (why.empty() ? "it is silent" : why)});
    }
    LoadOutcome outcome;
    outcome.report = recorder_.finish(now);
    outcome.answered_once = recorder_.answered_once();
    outcome.answered_wrongly = recorder_.answered_wrongly();
    outcome_.set_value(std::move(outcome));
  }

  // Wakes the loop for the next call or the next look at the clock. A timer that is set for an earlier time is left
  // alone: setting one costs a system call.
  void arm(Instant now) {
    const std::optional<Instant> due = stopped() ? std::nullopt : workload_.next_wakeup();
    const Instant look = now + longest_wait;
    const Instant next = due ? std::min(std::max(*due, last_sent_ + gathering), look) : look;
    if (armed_for_ && *armed_for_ <= next) return;
    armed_for_ = next;
    timer_.expires_at(on_steady_clock(next));
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) armed_for_.reset();
    });
  }

  void send_due(Instant now) {
    if (stopped()) {
      if (!stop_seen_) stop_seen_ = now;
      return;
    }
    if (now < last_sent_ + gathering) return;
    due_.clear();
    workload_.advance_to(now, due_);
    if (!due_.empty()) last_sent_ = now;
    for (DueCall& due : due_) {
      if (now - due.intended > most_lateness || open_.size() >= most_open_calls) {
        recorder_.dropped(due);
        continue;
      }
      recorder_.sent(due, now);
      send(due, now);
    }
    for (const auto& link : links_) link->flush();
  }

  void send(DueCall& due, Instant now) {
    const std::vector<std::size_t>& near = near_[due.origin.value];
    const auto link = std::find_if(near.begin(), near.end(), [this](std::size_t n) { return links_[n]->up(); });
    if (link == near.end()) return refuse(due.sequence, due.call, now, "no gateway is up");
    v1::ClientCall& message = links_[*link]->add();
    message.set_id(due.sequence);
    *message.mutable_call() = encode(due.call);
    message.set_timeout_ns(round_.deadline.ns);
    message.set_origin(order_.scenario->topology.cities[due.origin.value].id);
    open_.emplace(due.sequence, OpenCall{std::move(due.call), *link});
  }

  void refuse(std::uint64_t sequence, const Call& call, Instant now, const char* why) {
    const Reply reply = refusal(Status::unavailable, Reason::link_lost, why);
    order_.on_answer(call, reply);
    recorder_.answered(sequence, now, reply);
  }

  // In the order of their sequence, whatever that of the table.
  void lost(std::size_t link) {
    std::vector<std::uint64_t> gone;
    for (const auto& [sequence, open] : open_) {
      if (open.link == link) gone.push_back(sequence);
    }
    std::sort(gone.begin(), gone.end());
    const Instant now = monotonic_now();
    for (const std::uint64_t sequence : gone) {
      refuse(sequence, open_.extract(sequence).mapped().call, now, "the gateway is gone");
    }
  }

  // What does not decode was no answer: its calls stay open and count as unfinished.
  void record(const std::string& bytes) {
    if (!incoming_.ParseFromString(bytes)) return;
    heard_ = true;
    const Instant when = monotonic_now();
    for (const v1::ClientReply& message : incoming_.replies()) {
      const Result<Reply> reply = decode(message.reply());
      const auto found = open_.find(message.id());
      if (reply && found != open_.end()) order_.on_answer(found->second.call, *reply);
      recorder_.answered(message.id(), when,
                         reply ? *reply : refusal(Status::internal, Reason::none, reply.error().message));
      if (found != open_.end()) open_.erase(found);
    }
  }

  void report_second(Instant now) {
    if (now - last_second_ < seconds(1)) return;
    last_second_ = now;
    order_.on_second(recorder_);
  }

  const LoadOrder& order_;
  const Round& round_;
  boost::asio::steady_timer timer_;
  std::optional<Instant> armed_for_;
  std::vector<std::unique_ptr<LoadLink>> links_;  // by the gateway's number
  std::vector<std::vector<std::size_t>> near_;    // by CityIndex: the gateways to be tried, in this order
  Instant start_;
  Workload workload_;
  RunRecorder recorder_;
  std::vector<DueCall> due_;
  v1::ClientReplies incoming_;
  std::unordered_map<std::uint64_t, OpenCall> open_;  // by sequence; at most most_open_calls
  Instant last_second_, last_sent_;
  std::optional<Instant> stop_seen_;
  bool heard_ = false;  // a gateway has answered
  bool over_ = false;
  std::promise<Result<LoadOutcome>> outcome_;
};

}  // namespace

Result<LoadOutcome> LoadClient::run(const LoadOrder& order) {
  h2::Loop loop;
  RoundRun round(order, loop);
  loop.at_end_of_turn([&round] { round.end_turn(); });
  loop.post([&] { round.open(loop, gateways_, access_key_); });
  loop.start();
  Result<LoadOutcome> outcome = round.wait();
  loop.stop();
  return outcome;
}

}  // namespace bsn
