#include "sim/cli/output_file.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

namespace bsn {
namespace {

// Of this process alone: two runs that write one place take turns at the end only.
std::string beside(const std::string& path) { return path + ".new-" + std::to_string(getpid()); }

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (!path_.empty()) file_.open(beside(path_));
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(beside(path_), ignored);
}

Result<Done> OutputFile::writable() const {
  if (path_.empty() || file_) return Done{};
  return Error{ErrorCode::io, "can't write " + path_ + ": is its folder there and yours to write?"};
}

Result<Done> OutputFile::write(const std::string& text) {
  if (path_.empty()) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written) return Error{ErrorCode::io, "can't write to standard output"};
    return Done{};
  }
  file_ << text;
  file_.close();
  std::error_code error;
  if (file_) std::filesystem::rename(beside(path_), path_, error);
  if (!file_ || error) return Error{ErrorCode::io, "can't write " + path_};
  return Done{};
}

}  // namespace bsn
