#include "tests/node/bad_weather.h"

#include <vector>

namespace bsn {
namespace {

void split(EngineNetwork& network, Random& random) {
  std::vector<std::vector<std::uint32_t>> groups(2);
  for (std::uint32_t peer = 0; peer < network.peers(); ++peer) groups[random.below(2)].push_back(peer);
  network.partition(groups);
}

}  // namespace

void happen(EngineNetwork& network, Random& random, std::span<const Weather> mix) {
  const auto below = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random.below(bound)); };
  switch (mix[random.below(mix.size())]) {
    case Weather::lose:
      return network.lose(random.unit() * 0.3);
    case Weather::duplicate:
      return network.duplicate(random.unit() * 0.3);
    case Weather::isolate:
      return network.isolate(below(network.peers()));
    case Weather::split:
      return split(network, random);
    case Weather::heal:
      return network.heal();
    case Weather::crash:
      return network.crash(below(network.peers()));
    case Weather::crash_after: {
      const std::uint32_t peer = below(network.peers());
      return network.crash_after(peer, below(8));
    }
    case Weather::restart:
      return network.restart(below(network.peers()));
    case Weather::offer: {
      const std::uint32_t validator = below(network.validators());
      return network.offer(validator, 1 + below(4));
    }
  }
}

void happen_often(EngineNetwork& network, Random& random, int events, Duration pause_max,
                  std::span<const Weather> mix) {
  for (int i = 0; i < events && network.violations().empty(); ++i) {
    happen(network, random, mix);
    network.advance(random.between(Duration{}, pause_max));
  }
}

}  // namespace bsn
