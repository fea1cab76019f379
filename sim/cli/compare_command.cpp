// `bsnsim compare`: is this set-up better than that one, or a live run as the virtual one says.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/report_format.h"
#include "sim/comparison.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

// One argument: the reports of repeated runs, joined by commas.
Result<std::vector<Report>> load_side(const std::string& argument) {
  std::vector<Report> reports;
  for (std::size_t begin = 0; begin <= argument.size();) {
    const std::size_t end = std::min(argument.find(',', begin), argument.size());
    Result<Report> report = load_report(argument.substr(begin, end - begin));
    if (!report) return report.error();
    reports.push_back(std::move(*report));
    begin = end + 1;
  }
  return reports;
}

std::string shown(const MetricEstimate& side) {
  if (side.runs == 0) return "missing";
  if (!side.half_width) return fmt::format("{:.4g}", side.mean);
  return fmt::format("{:.4g} +- {:.2g}", side.mean, *side.half_width);
}

std::string shown_change(const MetricComparison& one, std::size_t side) {
  std::string text = one.change[side] ? fmt::format("{:+.1f} %", 100 * *one.change[side]) : "-";
  if (one.beyond[side]) text += " !";
  return text;
}

std::string text_of(const std::vector<MetricComparison>& comparisons, std::size_t sides) {
  std::vector<std::string> titles = {"Metric", "A"};
  for (std::size_t side = 1; side < sides; ++side) {
    const std::string name(1, static_cast<char>('A' + side));
    titles.push_back(name);
    titles.push_back(name + " to A");
  }
  TextTable table(titles);
  for (const MetricComparison& one : comparisons) {
    std::vector<std::string> row = {one.name, shown(one.sides[0])};
    for (std::size_t side = 1; side < sides; ++side) {
      row.push_back(shown(one.sides[side]));
      row.push_back(shown_change(one, side - 1));
    }
    table.add(row);
  }
  return table.text(160);
}

boost::json::value json_of(const std::vector<MetricComparison>& comparisons) {
  boost::json::array all;
  for (const MetricComparison& one : comparisons) {
    boost::json::array sides, changes, beyond;
    for (const MetricEstimate& side : one.sides) {
      boost::json::object object{{"runs", side.runs}, {"mean", nullptr}, {"half_width_95", nullptr}};
      if (side.runs > 0) object["mean"] = side.mean;
      if (side.half_width) object["half_width_95"] = *side.half_width;
      sides.push_back(object);
    }
    for (const auto& change : one.change) {
      changes.push_back(change ? boost::json::value(*change) : boost::json::value(nullptr));
    }
    for (const bool is : one.beyond) beyond.push_back(is);
    all.push_back({{"metric", one.name}, {"sides", sides}, {"change", changes}, {"beyond_tolerance", beyond}});
  }
  return all;
}

void print_head(const CompareOptions& options, const std::vector<std::vector<Report>>& sides) {
  for (std::size_t side = 0; side < sides.size(); ++side) {
    const Report& report = sides[side].front();
    fmt::print("{}: {}, {}, {} run{} ({})\n", static_cast<char>('A' + side), report.scenario,
               report.mode == "live" ? "live" : "virtual time", sides[side].size(), sides[side].size() == 1 ? "" : "s",
               options.sides[side]);
  }
  fmt::print("! is worse than A by more than {:g} %, or missing; +- is half a 95 % confidence interval\n\n",
             100 * options.tolerance);
}

}  // namespace

int command_compare(const CompareOptions& options) {
  std::vector<std::vector<Report>> sides;
  for (const std::string& argument : options.sides) {
    Result<std::vector<Report>> side = load_side(argument);
    if (!side) return report_error(side.error());
    sides.push_back(std::move(*side));
  }
  for (std::size_t side = 0; side < sides.size(); ++side) {
    for (const Report& report : sides[side]) {
      if (!report.valid) fmt::print(stderr, "bsnsim: warning: a run of {} is not valid\n", options.sides[side]);
    }
  }
  const std::vector<MetricComparison> comparisons = compare_reports(sides, options.tolerance);
  if (comparisons.empty()) {
    fmt::print(stderr, "bsnsim: nothing was measured in any of these runs, so there is nothing to compare\n");
    return 1;
  }
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(json_of(comparisons)));
  } else {
    print_head(options, sides);
    fmt::print("{}", text_of(comparisons, sides.size()));
  }
  return any_beyond(comparisons) ? 99 : 0;
}

}  // namespace bsn
