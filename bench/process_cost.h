// What processes cost, read from /proc, and a folder for a measurement's files. Shared by the measuring programs.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bsn {

// Proportional set size of these processes together, in MiB. Processes that are gone count as nothing.
double pss_mib(const std::vector<pid_t>& pids);

// User and system time of these processes so far, in seconds; the kernel counts in ticks of 10 ms.
double cpu_seconds(const std::vector<pid_t>& pids);

// A temporary folder of its own, gone at the end. Throws std::runtime_error when it can't be made.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace bsn
