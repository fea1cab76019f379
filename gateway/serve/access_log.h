// A sample of the calls, unary and of streams, one line of JSON each: who called what, how it ended, where the time
// went.
//
// The file is access.log in the gateway's data folder, and up to three older ones of 64 MiB. Nothing secret is in it:
// the project's name, not its key. The caller's W3C traceparent is, if it sent one. Any thread; a call that is not in
// the sample costs one addition.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/call.h"
#include "core/result.h"

namespace spdlog {
class logger;
}

namespace bsn {

// What is known of a call when it comes.
struct AccessEntry {
  std::string peer;         // "127.0.0.1:40001"
  std::string path;         // "/bsn.v1.Gateway/Submit"
  std::string project;      // empty: nobody's key
  std::string network;      // "fabric/trade"
  std::string traceparent;  // empty: none
};

class AccessLog {
 public:
  // One call of `every` is written; at least 1. Error: io.
  static Result<std::unique_ptr<AccessLog>> open(const std::string& path, std::uint32_t every);
  ~AccessLog();

  std::uint32_t every() const { return every_; }
  void write(const AccessEntry& entry, const Reply& reply);

 private:
  AccessLog(std::shared_ptr<spdlog::logger> file, std::uint32_t every);

  std::shared_ptr<spdlog::logger> file_;
  std::uint32_t every_;
};

}  // namespace bsn
