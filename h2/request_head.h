// The headers of one request, read as gRPC's protocol has them, and what is wrong with them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "h2/metadata.h"
#include "h2/outcome.h"

namespace bsn::h2 {

class RequestHead {
 public:
  // Headers beyond `most_bytes` (names, values and 32 for each, as RFC 9113 6.5.2 counts) are not kept.
  explicit RequestHead(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  void add(std::string_view name, std::string_view value);

  // A header with a byte that no header may have (NUL, CR, LF ...) was left out.
  void note_forbidden() { forbidden_ = true; }

  // Why the request can't be served; nullopt: it can. Call when all headers are there.
  std::optional<Outcome> wrong() const;

  // A request of plain HTTP, which is served when there is somebody for it.
  bool plain() const { return !grpc_; }

  // Why a plain request can't be served: its HTTP status; 0: it can.
  int wrong_plain() const { return bytes_ > most_bytes_ ? 431 : (forbidden_ || bad_timeout_ ? 400 : 0); }

  const std::string& verb() const { return verb_; }
  const std::string& content_type() const { return content_type_; }

  // 200; 405 or 415 when this is not even a gRPC request.
  int http_status() const { return !post_ ? 405 : (grpc_ ? 200 : 415); }

  const std::string& path() const { return path_; }
  const Metadata& metadata() const { return metadata_; }
  std::optional<std::chrono::nanoseconds> timeout() const { return timeout_; }
  bool gzip() const { return encoding_ == Encoding::gzip; }

 private:
  enum class Encoding : std::uint8_t { identity, gzip, unknown };

  void add_special(std::string_view name, std::string_view value);

  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::string path_;
  std::string verb_ = "POST";
  std::string content_type_;  // what is not gRPC's
  Metadata metadata_;
  std::optional<std::chrono::nanoseconds> timeout_;
  Encoding encoding_ = Encoding::identity;
  bool post_ = false;
  bool grpc_ = false;
  bool forbidden_ = false;
  bool bad_timeout_ = false;
};

}  // namespace bsn::h2
