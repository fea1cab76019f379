#include "bench/routing_latency/h2load.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "sim/live/process.h"

namespace bsn {
namespace {

constexpr const char* program = "/usr/bin/h2load";

// The request with gRPC's prefix: a flag and four bytes of length.
void write_body(const std::string& path, const std::string& request) {
  std::string body(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) body += static_cast<char>(request.size() >> shift & 255);
  std::ofstream(path, std::ios::binary) << body << request;
}

// All that an ended process wrote; it fits into the pipe.
std::string output_of(const Process& process) {
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t count = 0; (count = read(process.output(), part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  return text;
}

// CPU of all children that have ended.
double children_cpu() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

}  // namespace

std::optional<Result<LoopResult>> run_h2load(const LoopOrder& order, const std::string& folder, double per_second) {
  if (!std::filesystem::exists(program)) return std::nullopt;
  const std::string body = folder + "/request.bin";
  write_body(body, order.request);
  const double seconds = order.span.seconds();
  std::vector<std::string> arguments = {fmt::format("--clients={}", order.connections),
                                        fmt::format("--max-concurrent-streams={}", order.outstanding),
                                        fmt::format("--duration={:.0f}", std::max(1.0, seconds)),
                                        "--data=" + body,
                                        "--header=content-type: application/grpc",
                                        "--header=te: trailers"};
  if (!order.access_key.empty()) arguments.push_back("--header=x-api-key: " + order.access_key);
  if (per_second > 0) arguments.push_back(fmt::format("--rps={}", per_second / order.connections));
  arguments.push_back("http://" + order.address + order.method);
  const double cpu_before = children_cpu();
  Result<Process> process = Process::start({program, arguments, folder + "/h2load.log", 0});
  if (!process) return process.error();
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::seconds(30) + std::chrono::duration<double>(seconds);
  if (!process->wait_until(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(limit))) {
    process->signal(SIGKILL);
    return Error{ErrorCode::unavailable, "h2load did not end"};
  }
  const std::string text = output_of(*process);
  LoopResult result;
  unsigned long succeeded = 0, failed = 0;
  const std::size_t requests = text.find("requests: ");
  if (requests == std::string::npos ||
      std::sscanf(text.c_str() + requests, "requests: %*u total, %*u started, %*u done, %lu succeeded, %lu failed",
                  &succeeded, &failed) != 2 ||
      succeeded == 0 || failed > 0) {
    return Error{ErrorCode::unavailable, order.address + ": h2load says\n" + text};
  }
  result.calls = succeeded;
  result.client_cpu = children_cpu() - cpu_before;
  result.seconds = std::max(1.0, seconds);
  return result;
}

}  // namespace bsn
