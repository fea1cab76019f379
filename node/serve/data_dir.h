// The folder of one city node: who may use it, and which city it is.
//
//   lock          held while a process uses the folder
//   commission    what NodeControl.Commission said: SHA-256 of the rest, then a serialized CommissionNodeRequest
//   data.mdb ...  the store (node/serve/store.h)
#pragma once

#include <optional>
#include <string>

#include "core/chain_spec.h"
#include "core/result.h"

namespace bsn {

class DataDir {
 public:
  // Makes the folder if need be and locks it. Error: already_running when another process has it.
  static Result<DataDir> open(const std::string& path);
  ~DataDir();
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;

  const std::string& path() const { return path_; }

  // The stored commission; nullopt: none yet. Error (corrupt) names the file.
  Result<std::optional<NodeSpec>> read_commission() const;

  // Stores it so that it is there whole, or not at all, after a crash at any point. Synced to the disk.
  Result<Done> write_commission(const NodeSpec& spec) const;

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

}  // namespace bsn
