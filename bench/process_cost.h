// What processes cost, read from /proc. Shared by the measuring programs.
#pragma once

#include <sys/types.h>

#include <vector>

namespace bsn {

// Proportional set size of these processes together, in MiB. Processes that are gone count as nothing.
double pss_mib(const std::vector<pid_t>& pids);

// User and system time of these processes so far, in seconds; the kernel counts in ticks of 10 ms.
double cpu_seconds(const std::vector<pid_t>& pids);

}  // namespace bsn
