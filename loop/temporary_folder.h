// A folder of its own for the files of one run, one measurement or one test, gone with the object unless kept.
#pragma once

#include <string>

#include "core/result.h"

namespace bsn {

class TemporaryFolder {
 public:
  // A fresh folder under the system's place for temporary files (TMPDIR, else /tmp). Error: io.
  static Result<TemporaryFolder> make();

  // For tests and measurements, which can't go on without one: BSN_CHECK fails when it can't be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // From now on the folder stays.
  void keep() { kept_ = true; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
  bool kept_ = false;
};

}  // namespace bsn
