#include "sim/live/operator_process.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <utility>

#include "sim/live/child.h"
#include "sim/live/endpoints.h"

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds start_limit{20};

}  // namespace

Result<std::string> start_operator(const std::string& bin_dir, const std::string& run_dir,
                                   const std::atomic<bool>* stop) {
  ProcessOptions start;
  start.executable = bin_dir + "/bsn-operator";
  if (!std::filesystem::exists(start.executable)) {
    return Error{ErrorCode::io,
                 "there is no " + start.executable + "; build it (scripts/build.sh) or name its folder with --bin-dir"};
  }
  start.arguments = {"--run-dir", run_dir};
  start.log_path = run_dir + "/logs/operator.log";
  Result<Process> process = Process::start(start);
  if (!process) return process.error();
  Child child;
  child.name = "operator";
  child.log = start.log_path;
  child.process = std::move(*process);
  if (auto done = wait_for_addresses({&child}, Clock::now() + start_limit, stop); !done) {
    child.process.signal(SIGKILL);
    return done.error();
  }
  return child.address;
}

Result<std::string> find_operator(const std::string& bin_dir, const std::string& run_dir,
                                  const std::atomic<bool>* stop) {
  const Result<Endpoints> endpoints = read_endpoints(run_dir);
  if (!endpoints) return endpoints.error();
  if (endpoints->operator_ && still_running(*endpoints->operator_)) return endpoints->operator_->grpc;
  Result<std::string> started = start_operator(bin_dir, run_dir, stop);
  if (started) return started;
  // Someone else may have been quicker.
  const Result<Endpoints> again = read_endpoints(run_dir);
  if (again && again->operator_ && still_running(*again->operator_)) return again->operator_->grpc;
  return started;
}

}  // namespace bsn
