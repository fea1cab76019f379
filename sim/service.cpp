#include "sim/service.h"

namespace bsn {

std::string_view to_string(ServiceEventKind kind) {
  static constexpr std::array<std::string_view, 4> words = {"deploy", "upgrade", "move", "retire"};
  return words[static_cast<std::size_t>(kind)];
}

}  // namespace bsn
