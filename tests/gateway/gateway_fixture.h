// Drives one gateway machine over the small service network and keeps what it puts out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/quota_holder.h"
#include "tests/fixtures/small_network.h"

namespace bsn::test {

// Drives one gateway and keeps what it put out.
class Driver {
 public:
  explicit Driver(GatewaySpec spec = small_network()) : gateway(std::move(spec)) { wait({}); }

  // All links up and serving.
  Driver& all_up() {
    for (const CitySpec& each : gateway.spec().cities) link(each.index, true);
    return *this;
  }
  void link(CityIndex where, bool up, bool serving = true) { step(NodeLink{where, up, up && serving}); }

  CallId call(Call what, std::string key = "all-key", Duration timeout = seconds(10), std::string origin = "") {
    const CallId id{++last_id};
    step(ClientCall{id, std::move(key), std::move(origin), std::move(what), now, now + timeout});
    return id;
  }
  void reply(AttemptId attempt, Reply what = {}) { step(NodeReply{attempt, std::move(what), std::nullopt}); }

  void step(const GatewayInput& input) {
    gateway.step(now, input, outputs);
    grant();
  }
  std::optional<Reply> admit(const std::string& key, const ChainName& chain) {
    return gateway.admit(now, {key, nullptr}, chain, outputs);
  }
  void wait(Duration time) {
    now = now + time;
    gateway.advance_to(now, outputs);
    grant();
  }

  // The quota holder answers at once, unless it is cut off.
  void grant() {
    std::vector<QuotaHolderOutput> answers;
    for (const QuotaAsk& ask : all<QuotaAsk>()) holder.step(now, QuotaAsked{0, ask}, answers);
    std::erase_if(outputs, [](const auto& output) { return std::holds_alternative<QuotaAsk>(output); });
    for (const QuotaHolderOutput& answer : answers) {
      const auto* granted = std::get_if<QuotaGranted>(&answer);
      if (granted && !holder_cut_off) gateway.step(now, granted->grant, outputs);
    }
  }

  // Whether nothing is to happen any more before a new day brings new calls.
  bool idle() const { return gateway.next_wakeup().value_or(Instant::max()) >= Instant{day_ns}; }

  std::vector<Forward> forwards() const { return all<Forward>(); }
  std::vector<GatewayAnswer> answers() const { return all<GatewayAnswer>(); }
  Forward last_forward() const { return forwards().back(); }
  Reply last_answer() const { return answers().back().reply; }

  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const GatewayOutput& output : outputs) {
      if (const T* one = std::get_if<T>(&output)) found.push_back(*one);
    }
    return found;
  }

  Gateway gateway;
  QuotaHolder holder{0, {}};
  bool holder_cut_off = false;
  Instant now = at(seconds(1));
  std::uint64_t last_id = 0;
  std::vector<GatewayOutput> outputs;
};

inline Reply unavailable(Reason reason = Reason::no_leader) { return refusal(Status::unavailable, reason, "not now"); }

}  // namespace bsn::test
