// The delays between an origin and a city node, drawn from the WAN model for each message.
//
// Not for several threads. Bounds: one profile per pair of cities, computed when first used.
#pragma once

#include <optional>
#include <vector>

#include "core/gateway_spec.h"
#include "core/random.h"

namespace bsn {

class WanLinks {
 public:
  // Its chance is a stream of its own of the spec's seed.
  explicit WanLinks(const GatewaySpec& spec);

  bool enabled() const { return wan_.enabled; }

  // How long this message is under way from one city to another.
  Duration delay(CityIndex from, CityIndex to);

 private:
  WanParameters wan_;
  std::vector<Place> places_;
  std::vector<std::optional<LinkProfile>> profiles_;  // from x to
  Random random_;
};

}  // namespace bsn
