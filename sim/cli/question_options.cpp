#include "sim/cli/question_options.h"

#include "sim/cli/report_format.h"

namespace bsn {
namespace {

void add_report(CLI::App& app, ReportOptions& options, const std::function<void(int)>& ran) {
  CLI::App& verb = *app.add_subcommand("report", "print the report of an earlier run in another form");
  verb.add_option("file", options.file, "what `bsnsim run -O json -o FILE` wrote")->required();
  add_form(verb, report_formats(), options.format, options.output);
  verb.callback([&options, ran] { ran(command_report(options)); });
}

void add_compare(CLI::App& app, CompareOptions& options, const std::function<void(int)>& ran) {
  CLI::App& verb = *app.add_subcommand("compare", "compare runs metric by metric with the first one");
  verb.add_option("reports", options.sides, "reports as JSON, one a side; of repeated runs A1.json,A2.json,...")
      ->required()
      ->expected(2, 26);
  verb.add_option("--tolerance", options.tolerance, "share by which a side may be worse than the first")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  verb.add_flag("--json", options.json, "as JSON");
  verb.callback([&options, ran] { ran(command_compare(options)); });
}

void add_knee_question(CLI::App& verb, KneeQuestion& question) {
  verb.add_option("--p99", question.most_p99_ms, "latency that 99 % of the calls may have at most, in ms")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb.add_option("--loss", question.most_loss, "share of the offered calls that may fail")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  verb.add_option("--start", question.start_tps, "calls a second of the first trial")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 1e6));
  verb.add_option("--precision", question.precision, "how close the rate is found, as a share of it")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1.0));
  verb.add_option("--repeat", question.seeds, "searches, with seeds counted up")
      ->capture_default_str()
      ->check(CLI::Range(2, 100));
  verb.add_option("--seed", question.first_seed, "of the first search")->capture_default_str();
}

void add_find_knee(CLI::App& app, FindKneeOptions& options, const std::function<void(int)>& ran) {
  CLI::App& verb = *app.add_subcommand("find-knee", "find the highest rate that holds, by bisection over trials");
  verb.add_option("file", options.file, "scenario file")->required();
  verb.add_option("-n,--network", options.network, "only the calls of this network (default: all of the first round)");
  verb.add_option("--seconds", options.seconds, "of load in each trial, at least")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  add_knee_question(verb, options.question);
  add_mode(verb, options.live);
  add_binaries(verb, options);
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  add_form(verb, {"summary", "json", "html"}, options.format, options.output);
  verb.callback([&options, ran] { ran(command_find_knee(options)); });
}

void add_matrix(CLI::App& app, MatrixOptions& options, const std::function<void(int)>& ran) {
  CLI::App& verb = *app.add_subcommand("matrix", "measure the routing latency from every city to every network");
  verb.add_option("file", options.file, "topology file")->capture_default_str();
  verb.add_option("--reads", options.reads, "of each chain from each city")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  verb.add_option("--seed", options.seed, "of all chance")->capture_default_str();
  add_mode(verb, options.live);
  add_binaries(verb, options);
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  add_form(verb, {"summary", "csv", "json", "html"}, options.format, options.output);
  verb.callback([&options, ran] { ran(command_matrix(options)); });
}

}  // namespace

void add_mode(CLI::App& verb, bool& live) {
  auto* live_flag = verb.add_flag("--live", live, "real processes, sockets, disk and time");
  verb.add_flag(
          "--virtual,!--no-virtual", [&live](std::int64_t) { live = false; },
          "one process in virtual time (the default)")
      ->excludes(live_flag);
}

void add_binaries(CLI::App& verb, PlaceOptions& options) {
  verb.add_option("--bin-dir", options.bin_dir,
                  "folder of bsn-node, bsn-gateway, bsn-operator (default: beside bsnsim)");
}

void add_form(CLI::App& verb, const std::vector<std::string>& forms, std::string& format, std::string& output) {
  verb.add_option("-O,--format", format, "of what is printed")->capture_default_str()->check(CLI::IsMember(forms));
  verb.add_option("-o,--output", output, "file for it (default: standard output)");
}

void add_question_verbs(CLI::App& app, QuestionOptions& options, const std::function<void(int)>& ran) {
  add_report(app, options.report, ran);
  add_compare(app, options.compare, ran);
  add_find_knee(app, options.find_knee, ran);
  add_matrix(app, options.matrix, ran);
}

}  // namespace bsn
