#include "sim/cli/stop_signal.h"

#include <unistd.h>

#include <csignal>
#include <string_view>

namespace bsn {

std::atomic<bool> stop_requested = false;

namespace {

void on_signal(int) {  // only async-signal-safe calls in here
  if (stop_requested.exchange(true)) _exit(105);
  constexpr std::string_view text = "\nstopping; once more to stop at once\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void watch_stop_signal() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace bsn
