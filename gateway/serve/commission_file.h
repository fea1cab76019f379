// What a gateway keeps on disk: its commission, in a folder that one process uses at a time.
//
//   lock        held while a process uses the folder
//   commission  SHA-256 of the rest, then a serialized CommissionGatewayRequest
#pragma once

#include <optional>
#include <string>

#include "core/gateway_spec.h"
#include "core/result.h"

namespace bsn {

class CommissionFile {
 public:
  // Makes the folder if need be and locks it. Error: already_running when another process has it, io.
  static Result<CommissionFile> open(const std::string& folder);
  ~CommissionFile();
  CommissionFile(CommissionFile&& other) noexcept;
  CommissionFile& operator=(CommissionFile&&) = delete;

  // nullopt: none stored yet. Error (corrupt): what is stored does not verify.
  Result<std::optional<GatewaySpec>> read() const;

  // Durable when it returns, and whole or absent after a crash at any point.
  Result<Done> write(const GatewaySpec& spec) const;

 private:
  CommissionFile(std::string folder, int lock) : folder_(std::move(folder)), lock_(lock) {}

  std::string folder_;
  int lock_ = -1;
};

}  // namespace bsn
