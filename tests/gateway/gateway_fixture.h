// A small service network for the tests of the gateway: five cities in a row, two chains, three projects.
#pragma once

#include <string>
#include <vector>

#include "core/digest.h"
#include "gateway/gateway.h"

namespace bsn::test {

constexpr CityIndex beijing{0}, tianjin{1}, nanjing{2}, suzhou{3}, shenzhen{4};

inline Instant at(Duration since_start) { return Instant{} + since_start; }

inline CitySpec city(CityIndex index, std::string name, double latitude, double longitude) {
  Place place;
  place.latitude = latitude;
  place.longitude = longitude;
  return {index, std::move(name), place, CityState::connected, ""};
}

// Home is Beijing; from there Tianjin, Nanjing, Suzhou and Shenzhen lie ever farther away. "fabric/trade" has
// validators in Tianjin, Nanjing and Suzhou and a follower in Shenzhen; "neo/main" stands in Shenzhen alone.
inline GatewaySpec small_network() {
  GatewaySpec spec;
  spec.home = beijing;
  spec.cities = {city(beijing, "beijing", 39.91, 116.40), city(tianjin, "tianjin", 39.14, 117.18),
                 city(nanjing, "nanjing", 32.06, 118.78), city(suzhou, "suzhou", 31.30, 120.60),
                 city(shenzhen, "shenzhen", 22.55, 114.07)};
  RouteSpec trade{ChainIndex{0}, {"fabric", "trade"}, NetworkKind::alliance, "raft", {suzhou, tianjin, nanjing}, {}};
  trade.followers = {shenzhen};
  RouteSpec neo{ChainIndex{1}, {"neo", "main"}, NetworkKind::public_, "bft", {shenzhen}, {}};
  spec.routes = {trade, neo};
  spec.projects = {{"shop", sha256("shop-key"), {"fabric"}, {}},
                   {"all", sha256("all-key"), {"*"}, {}},
                   {"metered", sha256("metered-key"), {"*"}, {10, 5, 100}}};
  return spec;
}

inline Call query() {
  Call call;
  call.chain = {"fabric", "trade"};
  call.contract = "kv";
  call.function = "get";
  call.args = {"k"};
  return call;
}

inline Call submit(std::string key = "key-1") {
  Call call = query();
  call.operation = Operation::submit;
  call.function = "put";
  call.args = {"k", "v"};
  call.idempotency_key = std::move(key);
  call.level = Level::final_;
  return call;
}

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
