#include "core/gateway_spec.h"

#include <array>

namespace bsn {

std::string_view to_string(RouteState state) {
  static constexpr std::array<std::string_view, 3> names = {"open", "draining", "retired"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace bsn
