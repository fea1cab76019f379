#include "gateway/serve/access_log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

namespace bsn {
namespace {

constexpr std::size_t file_bytes = 64 << 20;
constexpr std::size_t older_files = 3;

boost::json::object split_json(const CallSplit& split) {
  return {{"gateway_queue", split.gateway_queue.ns}, {"route", split.route.ns},         {"wire", split.wire.ns},
          {"node_queue", split.node_queue.ns},       {"consensus", split.consensus.ns}, {"return", split.back.ns}};
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path, std::uint32_t every) {
  try {
    const auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, file_bytes, older_files);
    sink->set_pattern("%v");
    return std::unique_ptr<AccessLog>(new AccessLog(std::make_shared<spdlog::logger>("access", sink), every));
  } catch (const std::exception& error) {  // spdlog reports so; it ends here
    return Error{ErrorCode::io, "can't write " + path + ": " + error.what()};
  }
}

AccessLog::AccessLog(std::shared_ptr<spdlog::logger> file, std::uint32_t every)
    : file_(std::move(file)), every_(std::max<std::uint32_t>(1, every)) {
  file_->flush_on(spdlog::level::info);
}

AccessLog::~AccessLog() = default;

void AccessLog::write(const AccessEntry& entry, const Reply& reply) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  boost::json::object line{{"unix_ns", std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()},
                           {"peer", entry.peer},
                           {"project", entry.project},
                           {"path", entry.path},
                           {"chain", entry.network},
                           {"code", to_string(reply.status)},
                           {"reason", to_string(reply.reason)},
                           {"city", reply.city},
                           {"total_ns", reply.split.total().ns},
                           {"split_ns", split_json(reply.split)}};
  if (!reply.transaction.is_zero()) line.emplace("transaction", to_hex(reply.transaction));
  if (!entry.traceparent.empty()) line.emplace("traceparent", entry.traceparent);
  file_->info("{}", boost::json::serialize(line));
}

}  // namespace bsn
