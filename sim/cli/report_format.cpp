#include "sim/cli/report_format.h"

#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "sim/page/report_page.h"

namespace bsn {
namespace {

using Render = std::function<std::string(const Report&)>;

const std::map<std::string, Render>& renders() {
  static const std::map<std::string, Render> all = {
      {"summary", report_text},
      {"json", [](const Report& report) { return report_json(report) + "\n"; }},
      {"html", [](const Report& report) { return report_page(report_json(report)); }},
      {"csv", report_csv},
      {"hgrm", report_hgrm},
      {"junit", report_junit},
      {"prometheus", report_prometheus}};
  return all;
}

}  // namespace

const std::vector<std::string>& report_formats() {
  static const std::vector<std::string> names = {"summary", "json", "html", "csv", "hgrm", "junit", "prometheus"};
  return names;
}

std::string rendered(const Report& report, const std::string& format) { return renders().at(format)(report); }

Result<Report> load_report(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Error{ErrorCode::invalid_configuration, path + ": can't be read, or is empty: is it the report's JSON?"};
  }
  Result<Report> report = parse_report(text.view());
  if (!report) return Error{report.error().code, path + ": " + report.error().message};
  return report;
}

}  // namespace bsn
