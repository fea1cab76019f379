#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "sim/cli/commands.h"
#include "sim/scenario_file.h"

namespace bsn {

int report_error(const Error& error) {
  fmt::print(stderr, "bsnsim: {}\n", error.message);
  switch (error.code) {
    case ErrorCode::invalid_configuration:
      return 104;
    case ErrorCode::stopped:
      return 105;
    default:
      return 1;
  }
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& sentence : warnings) fmt::print(stderr, "bsnsim: warning: {}\n", sentence);
}

std::string cluster_folder(const std::string& name) {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime != '\0') return std::string(runtime) + "/bsnsim/" + name;
  const std::string own = "bsnsim-" + std::to_string(getuid());
  return (std::filesystem::temp_directory_path() / own / name).string();
}

std::string binary_folder(const std::string& bin_dir) {
  if (!bin_dir.empty()) return bin_dir;
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

}  // namespace bsn
