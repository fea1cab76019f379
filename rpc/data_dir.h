// The folder of one server process: who may use it, and small files in it that survive any crash.
//
//   lock   held while a process uses the folder
//   NAME   a small file: SHA-256 of the rest, then the content
//
// Any thread; two writes of one file at a time are the caller's to avoid.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace bsn {

class DataDir {
 public:
  // Makes the folder if need be and locks it. Error: already_running when another process has it, io.
  static Result<DataDir> open(const std::string& path);
  ~DataDir();
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;

  const std::string& path() const { return path_; }

  // Where the file of this name stands.
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  // The content of a file; nullopt: there is none. Error: io, or corrupt when it does not match its checksum; either
  // names the file.
  Result<std::optional<std::string>> read(const std::string& name) const;

  // Stores it so that it is there whole, or not at all, after a crash at any point. On the disk when this returns.
  Result<Done> write(const std::string& name, std::string_view content) const;

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

}  // namespace bsn
