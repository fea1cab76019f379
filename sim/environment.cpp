#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "core/digest.h"
#include "sim/report.h"
#include "sim/scenario_file.h"

namespace bsn {
namespace {

// The first "model name" of /proc/cpuinfo; where there is none, as on other processors than x86, the machine's kind.
std::string cpu_model(const utsname& system) {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return system.machine;
}

}  // namespace

Environment capture_environment(const Scenario& scenario) {
  utsname system{};
  uname(&system);
  Environment environment;
  environment.cpu = cpu_model(system);
  environment.kernel = std::string(system.sysname) + " " + system.release;
  environment.cores = static_cast<std::uint32_t>(sysconf(_SC_NPROCESSORS_ONLN));
  environment.version = BSN_VERSION;
  environment.build = BSN_BUILD;
  environment.compiler = "g++ " __VERSION__;
  environment.config_digest = to_hex(sha256(dump_json(scenario)));
  return environment;
}

}  // namespace bsn
