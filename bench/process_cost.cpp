#include "bench/process_cost.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace bsn {

double pss_mib(const std::vector<pid_t>& pids) {
  double kib = 0;
  for (const pid_t pid : pids) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("Pss:")) kib += std::stod(line.substr(4));
    }
  }
  return kib / 1024;
}

double cpu_seconds(const std::vector<pid_t>& pids) {
  double ticks = 0;
  for (const pid_t pid : pids) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(file, text)) continue;
    // The name in parentheses may hold anything; behind it follow the fields from the third on. 14 and 15 are wanted.
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int number = 3; number <= 13; ++number) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    ticks += user + system;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace bsn
