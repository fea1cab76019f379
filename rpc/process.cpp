#include "rpc/process.h"

#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace bsn {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void set_up_log(const std::string& process_name) {
  auto log = spdlog::stderr_logger_mt(process_name);
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %n: %v");
  log->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(log));
}

void spare_memory() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

void release_free_memory() { malloc_trim(0); }

void block_stop_signals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

int wait_for_stop_signal() {
  const sigset_t signals = stop_signals();
  int number = 0;
  sigwait(&signals, &number);
  return number;
}

void die_with_parent() {
  const pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have gone before the kernel knew of the wish.
  if (getppid() != parent) std::_Exit(0);
}

void announce_address(const std::string& address) { announce_addresses({address}); }

void announce_addresses(const std::vector<std::string>& addresses) {
  std::string line = "listening";
  for (const std::string& address : addresses) line += " " + address;
  line += "\n";
  // One write, so that a launcher never reads half a line; a launcher that is gone is none of our business.
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) spdlog::warn("nobody reads the standard output");
}

void die(const std::string& message) {
  spdlog::critical("{}", message);
  std::_Exit(1);
}

}  // namespace bsn
