#include <fmt/format.h>

#include "sim/report.h"

namespace bsn {
namespace {

// XML 1.0 text; control characters, which it can't hold in any form, become question marks.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
  return out;
}

struct Suite {
  std::string cases;
  int tests = 0, failures = 0;

  // `why` is empty when it holds.
  void add(const std::string& group, const std::string& name, const std::string& why) {
    ++tests;
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(group), xml(name));
    if (why.empty()) {
      cases += "/>\n";
      return;
    }
    ++failures;
    cases += fmt::format("><failure message=\"{}\"/></testcase>\n", xml(why));
  }
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

void add_round(const RoundReport& round, Suite& suite) {
  suite.add(round.label, "calls succeed", round.succeeded > 0 ? "" : "no call succeeded");
  for (const std::string& one : round.passed_thresholds) suite.add(round.label, one, "");
  for (const std::string& one : round.failed_thresholds) suite.add(round.label, one, one);
}

}  // namespace

std::string report_junit(const Report& report) {
  Suite suite;
  std::string void_because = joined(report.why_invalid);
  if (void_because.empty() && !report.valid) void_because = "not valid";
  suite.add("run", "the run is valid", void_because);
  for (const RoundReport& round : report.rounds) add_round(round, suite);
  for (const InvariantReport& one : report.invariants) {
    std::string why;
    if (one.violated > 0) why = fmt::format("violated {} times\n{}", one.violated, joined(one.examples));
    suite.add("invariants", one.name, why);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{:.3f}\">\n"
      "    <properties><property name=\"command\" value=\"{}\"/><property name=\"fingerprint\" value=\"{}\"/>"
      "</properties>\n{}  </testsuite>\n</testsuites>\n",
      xml(report.scenario), suite.tests, suite.failures, report.wall_seconds, xml(reproduce_command(report)),
      xml(report.fingerprint), suite.cases);
}

}  // namespace bsn
