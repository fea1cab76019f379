// Child processes of a cluster: started in one process group, watched, ended.
//
// process_started() tells one process from a later one of the same pid.
//
// A child announces itself with one line on its standard output; its standard error goes to a log file. Not
// thread-safe: one thread owns a Process. PDEATHSIG, when asked for, fires when the *thread* that started the child
// ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace bsn {

struct ProcessOptions {
  std::string executable;  // a path
  std::vector<std::string> arguments;
  std::string log_path;     // standard error is appended there
  pid_t process_group = 0;  // joins this group; 0: opens its own
};

// How a child ended, in words: "exited with status 1", "killed by signal 9 (Killed)".
std::string describe_exit(int wait_status);

// The last `lines` lines of a log file, indented by two spaces; empty when there is none.
std::string tail_of(const std::string& path, int lines);

// Start time of a process in clock ticks since boot; 0 when there is none, or it ended and was not reaped yet.
std::uint64_t process_started(pid_t pid);

class Process {
 public:
  // Starts the child. Errors: a missing or unrunnable binary, no descriptors left.
  static Result<Process> start(const ProcessOptions& options);

  // A process that someone else started: no pipe, and its exit status stays unknown. One that is gone, or another of
  // the same pid, does not run.
  static Process adopt(pid_t pid, std::uint64_t started);

  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // closes the pipe; does not end the child

  pid_t pid() const { return pid_; }
  int output() const { return output_; }  // read end of its standard output, non-blocking

  // Reads what has arrived; the first whole line when there is one.
  std::optional<std::string> first_line();

  // Whether it still runs; after it ended exit_status() tells how, unless it was adopted. Never blocks.
  bool running();
  std::optional<int> exit_status() const { return status_; }

  void signal(int number) const;  // does nothing once it has ended

  // Waits for the end, at most until `deadline`. False: it still runs.
  bool wait_until(std::chrono::steady_clock::time_point deadline);

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string text_;
  std::optional<int> status_;
  std::uint64_t adopted_ = 0;  // when it was started, as process_started() says; 0: it is a child
};

}  // namespace bsn
