#include "loop/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace bsn {

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code nowhere;
  std::string path = (std::filesystem::temp_directory_path(nowhere) / "bsnsim-XXXXXX").string();
  if (nowhere) return Error{ErrorCode::io, "no place for temporary files: " + nowhere.message()};
  if (mkdtemp(path.data()) == nullptr) {
    return Error{ErrorCode::io, "can't make a folder like " + path + ": " + std::strerror(errno)};
  }
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::TemporaryFolder() : TemporaryFolder(std::move(make().value())) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), kept_(other.kept_) {}

TemporaryFolder::~TemporaryFolder() {
  if (kept_ || path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bsn
