// A service (DApp): what a portal deploys on chosen city nodes, as a chain of its own in an alliance network.
//
// Values only; sim/service_life.h says how a service comes, changes and goes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/chain_spec.h"

namespace bsn {

// What a city node has for services, or what one service takes of it. BSN meters these three (TPS, storage, traffic);
// the gateway refuses calls beyond `calls_per_second`, the other two are counted and shown.
struct Capacity {
  double calls_per_second = 0;  // of a service: of all its callers together; every city that hosts it sets as much
                                // aside, for any of them may have to answer all
  std::uint64_t storage = 0;    // bytes on disk
  std::uint64_t traffic_per_day = 0;  // bytes of calls and their answers

  bool operator==(const Capacity&) const = default;
};

// Both are chosen: BSN publishes no figures. A small service takes a two-hundredth of a city node.
inline constexpr Capacity city_capacity{2'000, std::uint64_t{1} << 40, std::uint64_t{1} << 40};
inline constexpr Capacity small_service{10, std::uint64_t{5} << 30, std::uint64_t{5} << 30};

inline constexpr std::uint64_t most_stored = std::uint64_t{1} << 49;  // bytes that a Capacity may name

// The contracts that every chain can run.
inline constexpr std::array<std::string_view, 2> known_contracts = {"kv", "asset"};

// What a portal asks for.
struct ServiceOrder {
  std::string id;         // also the name of its chain: framework/id
  std::string framework;  // an alliance network
  std::string project;    // that alone may call it; empty: whoever may call the framework
  std::vector<std::string> validators;
  std::vector<std::string> followers;
  Capacity capacity = small_service;
  std::vector<std::string> contracts;  // that may be called; empty: all
};

// What the next version of a service has otherwise; 0 and an empty list: as it is.
struct ServiceUpgrade {
  Capacity capacity;
  std::vector<std::string> contracts;
};

// One city is to host a service in another one's stead.
struct ServiceMove {
  std::string from, to;
};

// A deployed service. Its hosts are those of its chain.
struct Service {
  std::string id;
  std::string project;
  Capacity capacity;
  std::vector<std::string> contracts;
  std::uint32_t version = 1;
  ChainIndex chain;
  std::vector<ServiceMove> moves{};  // whose new city has not caught up yet
};

// ---- in scenarios ----

enum class ServiceEventKind : std::uint8_t { deploy, upgrade, move, retire };
std::string_view to_string(ServiceEventKind kind);

struct ServiceEvent {
  Duration at;  // since the start of the first round
  ServiceEventKind kind = ServiceEventKind::deploy;
  std::string service;     // deploy: one of the scenario's `services`
  ServiceUpgrade upgrade;  // upgrade
  ServiceMove move;        // move
};

}  // namespace bsn
