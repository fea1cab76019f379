// Drives one gateway machine over the small service network and keeps what it puts out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/gateway.h"
#include "tests/fixtures/small_network.h"

namespace bsn::test {

// Drives one gateway and keeps what it put out.
class Driver {
 public:
  explicit Driver(GatewaySpec spec = small_network()) : gateway(std::move(spec)) {}

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

  void step(const GatewayInput& input) { gateway.step(now, input, outputs); }
  void wait(Duration time) {
    now = now + time;
    gateway.advance_to(now, outputs);
  }

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
  Instant now = at(seconds(1));
  std::uint64_t last_id = 0;
  std::vector<GatewayOutput> outputs;
};

inline Reply unavailable(Reason reason = Reason::no_leader) { return refusal(Status::unavailable, reason, "not now"); }

}  // namespace bsn::test
