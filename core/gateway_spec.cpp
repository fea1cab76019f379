#include "core/gateway_spec.h"

#include <array>

namespace bsn {

std::string_view to_string(RouteState state) {
  static constexpr std::array<std::string_view, 4> names = {"open", "draining", "retired", "starting"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(RoutePolicy policy) {
  static constexpr std::array<std::string_view, 6> names = {"nearest", "least_latency", "least_loaded",
                                                            "pinned",  "consistent",    "hedged"};
  return names[static_cast<std::size_t>(policy)];
}

}  // namespace bsn
