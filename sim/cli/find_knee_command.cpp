// `bsnsim find-knee`: how much can this set-up carry.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "sim/cli/commands.h"
#include "sim/cli/output_file.h"
#include "sim/cli/run_scenario.h"
#include "sim/cli/stop_signal.h"
#include "sim/knee.h"
#include "sim/page/report_page.h"
#include "sim/scenario_file.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

std::string name_of(const FindKneeOptions& options) {
  return options.network.empty() ? options.file : options.file + ", calls of " + options.network;
}

std::string verdict(const KneeAnswer& answer, const KneeQuestion& question) {
  std::string text;
  if (answer.rate) {
    text = fmt::format("highest rate that holds: {:.4g} +- {:.2g} calls a second (95 % confidence, {} seeds)\n",
                       answer.rate->mean, answer.rate->half_width, answer.highest.size());
  } else {
    double most = 0;
    for (const double one : answer.highest) most = std::max(most, one);
    text = fmt::format("no limit found: {}; {:.4g} calls a second hold\n", answer.limit, most);
  }
  text += fmt::format("asked: p99 at most {:g} ms, at most {:g} % of the offered calls without success\n",
                      question.most_p99_ms, 100 * question.most_loss);
  if (!answer.gave_out.empty()) text += "gave out first, as far as the reports say: " + answer.gave_out + "\n";
  return text;
}

std::string text_of(const KneeAnswer& answer, const KneeQuestion& question) {
  TextTable table({"Trial", "Seed", "Rate\n(TPS)", "Goodput\n(TPS)", "p50\n(ms)", "p99\n(ms)", "Loss\n(%)", "Holds"});
  for (std::size_t i = 0; i < answer.trials.size(); ++i) {
    const KneeTrial& one = answer.trials[i];
    table.add({std::to_string(i + 1), std::to_string(one.seed), fmt::format("{:.4g}", one.tps),
               fmt::format("{:.4g}", one.goodput_tps), fmt::format("{:.2f}", one.p50_ms),
               fmt::format("{:.2f}", one.p99_ms), fmt::format("{:.2f}", 100 * one.loss), one.holds ? "yes" : "no"});
  }
  return verdict(answer, question) + "\n" + table.text(100);
}

std::string json_of(const FindKneeOptions& options, const KneeAnswer& answer) {
  boost::json::array trials;
  for (const KneeTrial& one : answer.trials) {
    trials.push_back({{"tps", one.tps},
                      {"seed", one.seed},
                      {"holds", one.holds},
                      {"kept_schedule", one.kept_schedule},
                      {"p50_ms", one.p50_ms},
                      {"p99_ms", one.p99_ms},
                      {"loss", one.loss},
                      {"goodput_tps", one.goodput_tps},
                      {"gave_out", one.gave_out}});
  }
  boost::json::object object{{"format", "bsnsim-knee"},
                             {"version", report_version},
                             {"scenario", name_of(options)},
                             {"mode", options.live ? "live" : "virtual"},
                             {"most_p99_ms", options.question.most_p99_ms},
                             {"most_loss", options.question.most_loss},
                             {"highest_tps", nullptr},
                             {"half_width_95", nullptr},
                             {"limit", answer.limit},
                             {"gave_out", answer.gave_out},
                             {"trials", trials}};
  if (answer.rate) {
    object["highest_tps"] = answer.rate->mean;
    object["half_width_95"] = answer.rate->half_width;
  }
  return boost::json::serialize(object);
}

Result<KneeAnswer> search(const Scenario& scenario, const FindKneeOptions& options) {
  const auto run = [&](double tps, std::uint64_t seed) -> Result<Report> {
    if (stop_requested) return Error{ErrorCode::stopped, "stopped before an answer was found"};
    const Result<Scenario> trial = knee_scenario(scenario, options.network, tps, seconds(options.seconds));
    if (!trial) return trial.error();
    RunOptions one;
    one.bin_dir = options.bin_dir;
    one.file = options.file;
    one.live = options.live;
    one.seed = seed;
    one.quiet = true;
    return run_scenario(*trial, one);
  };
  const auto told = [&](const KneeTrial& one) {
    if (options.quiet) return;
    fmt::print(stderr, "seed {}, {:.4g} calls a second: p99 {:.1f} ms, {:.2f} % lost: {}\n", one.seed, one.tps,
               one.p99_ms, 100 * one.loss, one.holds ? "holds" : "does not hold");
  };
  return find_knee(options.question, run, told);
}

}  // namespace

int command_find_knee(const FindKneeOptions& options) {
  const Result<Scenario> scenario = load_scenario(options.file);
  if (!scenario) return report_error(scenario.error());
  OutputFile output(options.output);
  if (auto done = output.writable(); !done) return report_error(done.error());
  watch_stop_signal();
  const Result<KneeAnswer> answer = search(*scenario, options);
  if (!answer) return report_error(answer.error());
  std::string text = text_of(*answer, options.question);
  if (options.format == "json") text = json_of(options, *answer) + "\n";
  if (options.format == "html") text = report_page(json_of(options, *answer));
  if (auto done = output.write(text); !done) return report_error(done.error());
  return answer->rate ? 0 : 1;
}

}  // namespace bsn
