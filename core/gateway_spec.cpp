#include "core/gateway_spec.h"

#include <array>

namespace bsn {

std::string_view to_string(RouteState state) {
  static constexpr std::array<std::string_view, 4> names = {"open", "draining", "retired", "starting"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace bsn
