// Question: what do recording a run and reporting it cost?
//
// Limits: a run of 10 million calls is reported in 3 s into 5 MiB; its page answers in 1 s; recording takes at most 3 %
// of the load client's CPU. The last is measured twice: what the recorder takes for a call, and what this whole process
// takes for a call while it sends load to real processes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/random.h"
#include "loop/temporary_folder.h"
#include "sim/live/live_cluster.h"
#include "sim/live/load_client.h"
#include "sim/page/report_page.h"
#include "sim/report.h"
#include "sim/run_progress.h"
#include "sim/run_recorder.h"
#include "sim/scenario_file.h"

namespace {

using namespace bsn;

struct Options {
  std::string scenario = "configs/scenarios/alliance_peak.yaml";
  std::string live_scenario = "configs/scenarios/small.yaml";
  std::string bin_dir;
  std::string page_script = "bench/report_cost/page_ready.mjs";
  std::uint64_t calls = 10'000'000;
  double calls_per_second = 10'000;  // of the reported run
  double live_tps = 1'000;
  int live_seconds = 15;
};

double cpu_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
double own_cpu() { return cpu_of(CLOCK_THREAD_CPUTIME_ID); }
double process_cpu() { return cpu_of(CLOCK_PROCESS_CPUTIME_ID); }

template <class T>
T take(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

// An answer with latencies as they come: gamma around 50 ms, one in a hundred ten times as long.
Reply some_reply(Random& random) {
  Reply reply;
  reply.status = random.chance(0.001) ? Status::unavailable : Status::ok;
  reply.split.consensus = random.gamma2(milliseconds(random.chance(0.01) ? 500 : 50));
  reply.split.wire = milliseconds(3);
  return reply;
}

struct Recorded {
  Report report;
  double seconds = 0;  // CPU of the recorder
};

// So many calls through the recorder, with a look once a simulated second as a live view takes it. What it costs to
// think up the calls is measured by doing the same without the recorder, and taken off.
Recorded record(const Scenario& scenario, const Options& options, bool really) {
  const Duration gap{static_cast<std::int64_t>(1e9 / options.calls_per_second)};
  RunRecorder recorder(scenario, 0, Instant{});
  const NetworkTally tally(scenario.topology);
  Random random(1);
  Recorded result;
  Duration sum;
  const double before = own_cpu();
  DueCall due;
  for (std::uint64_t i = 0; i < options.calls; ++i) {
    due.sequence = i;
    due.mix_entry = static_cast<std::uint32_t>(random.below(scenario.rounds[0].mix.size()));
    due.intended = Instant{} + gap * static_cast<std::int64_t>(i);
    const Reply reply = some_reply(random);
    const Duration took = reply.split.total() + microseconds(200);
    sum += took;
    if (!really) continue;
    recorder.sent(due, due.intended);
    recorder.answered(i, due.intended + took, reply);
    if (i % static_cast<std::uint64_t>(options.calls_per_second) == 0) {
      round_progress(scenario, 0, due.intended - Instant{}, recorder, tally);
    }
  }
  result.seconds = own_cpu() - before;
  if (sum == Duration{}) throw std::runtime_error("no time passed");  // and the loop was really run
  if (really) result.report.rounds.push_back(recorder.finish(due.intended + seconds(10)));
  return result;
}

// CPU of this process for each call of a live run: everything that the load client does, recording included.
double live_client_cpu(const Options& options) {
  Scenario scenario = take(load_scenario(options.live_scenario));
  scenario.rounds.resize(1);
  Round& round = scenario.rounds[0];
  round.duration = seconds(options.live_seconds);
  round.rate = FixedRate{options.live_tps};
  const TemporaryFolder folder;
  ClusterOptions how;
  how.bin_dir = options.bin_dir;
  how.run_dir = folder.path();
  how.durability = Durability::os;
  const auto cluster = take(LiveCluster::start(scenario.topology, how));
  LoadClient client({cluster->gateway_address()}, access_key(scenario));
  LoadOrder order;
  order.scenario = &scenario;
  order.on_answer = [](const Call&, const Reply&) {};
  order.on_second = [](const RunRecorder&) {};
  const double before = process_cpu();
  const LoadOutcome outcome = take(client.run(order));
  const double spent = process_cpu() - before;
  fmt::print("live load: {} calls sent, {} succeeded\n", outcome.report.sent, outcome.report.succeeded);
  return spent / static_cast<double>(std::max<std::uint64_t>(1, outcome.report.sent));
}

bool told(const char* what, double measured, double limit, const char* unit) {
  fmt::print("{:<44} {:>10.3f} {:<4} limit {:>6.2f}  {:.2f} of it{}\n", what, measured, unit, limit, measured / limit,
             measured <= limit ? "" : "  MISSED");
  return measured <= limit;
}

// Milliseconds until the page answers; nullopt: node or chromium is not there.
std::optional<double> page_ready(const std::string& script, const std::string& page) {
  const std::string command = "node " + script + " " + page + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  double ms = 0;
  if (!pipe || std::fscanf(pipe.get(), "%lf", &ms) != 1) return std::nullopt;
  return ms;
}

bool measure(const Options& options) {
  const Scenario scenario = take(load_scenario(options.scenario));
  const double thought_up = record(scenario, options, false).seconds;
  Recorded recorded = record(scenario, options, true);
  const double recording = (recorded.seconds - thought_up) / static_cast<double>(options.calls);
  Report& report = recorded.report;
  report.scenario = scenario.name;
  NetworkTally(scenario.topology).fill(scenario.topology, {}, report);

  const auto start = std::chrono::steady_clock::now();
  const std::string json = report_json(report);
  const std::string page = report_page(json);
  const double made = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  constexpr double mebi = 1024 * 1024;
  bool holds = told("report of the run, JSON and page", made, 3, "s");
  holds &= told("JSON", static_cast<double>(json.size()) / mebi, 5, "MiB");
  holds &= told("page", static_cast<double>(page.size()) / mebi, 5, "MiB");

  const TemporaryFolder folder;
  const std::string file = folder.path() + "/page.html";
  if (std::FILE* out = std::fopen(file.c_str(), "wb")) {
    std::fwrite(page.data(), 1, page.size(), out);
    std::fclose(out);
  }
  if (const auto ready = page_ready(options.page_script, file)) {
    holds &= told("page interactive after", *ready / 1000, 1, "s");
  } else {
    fmt::print("page interactive: not measured, for node or chromium is not there\n");
  }
  const double client = live_client_cpu(options);
  fmt::print("recording {:.0f} ns a call, load client {:.0f} ns a call\n", recording * 1e9, client * 1e9);
  holds &= told("recording, of the load client's CPU", 100 * recording / client, 3, "%");
  return holds;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("What recording a run and reporting it cost");
  app.add_option("--calls", options.calls, "in the reported run")->capture_default_str();
  app.add_option("--live-tps", options.live_tps, "calls a second to real processes")->capture_default_str();
  app.add_option("--live-seconds", options.live_seconds)->capture_default_str();
  app.add_option("--scenario", options.scenario, "whose first round's mix is recorded")->capture_default_str();
  app.add_option("--bin-dir", options.bin_dir, "of bsn-node and bsn-gateway")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    return measure(options) ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
