// Ctrl-C once asks for a graceful end (the report is still written); twice ends at once.
#pragma once

#include <atomic>

namespace bsn {

// Becomes true with the first SIGINT or SIGTERM after watch_stop_signal().
extern std::atomic<bool> stop_requested;

// Installs the handlers. The second signal ends the process with status 105; children that were started with
// --die-with-parent end with it.
void watch_stop_signal();

}  // namespace bsn
