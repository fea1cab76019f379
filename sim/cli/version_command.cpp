#include <fmt/format.h>

#include "sim/cli/commands.h"

namespace bsn {

int command_version() {
  fmt::print("bsnsim {}\n", BSN_VERSION);
  return 0;
}

}  // namespace bsn
