#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include "sim/config_text.h"
#include "sim/report.h"
#include "sim/report_fields.h"
#include "sim/service_report.h"

namespace bsn {
namespace {

namespace json = boost::json;

Error refusal(const std::string& what) { return {ErrorCode::invalid_configuration, what}; }

// nullopt: this is JSON of a report in the version that is read here.
std::optional<Error> foreign(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* format = object == nullptr ? nullptr : object->if_contains("format");
  if (format == nullptr || !format->is_string() || format->get_string() != report_format) {
    return refusal(
        fmt::format("is JSON, but no report of bsnsim: it does not begin with \"format\": \"{}\"; reports "
                    "are written by `bsnsim run SCENARIO -O json`",
                    report_format));
  }
  const json::value* version = object->if_contains("version");
  if (version == nullptr || !version->is_int64() || version->get_int64() != report_version) {
    return refusal(fmt::format("is a report of version {}, and this bsnsim reads version {}: run its scenario again",
                               version == nullptr ? "unknown" : json::serialize(*version), report_version));
  }
  return std::nullopt;
}

}  // namespace

json::object service_json(const ServiceReport& service) { return to_json(service).as_object(); }

std::string report_json(const Report& report) {
  std::string text = json_text(to_json(report));
  text.pop_back();  // the line break
  return text;
}

Result<Report> parse_report(std::string_view text) {
  boost::system::error_code error;
  json::stream_parser parser;
  std::size_t read = parser.write_some(text, error);
  while (!error && read < text.size() && (text[read] == '\n' || text[read] == ' ')) ++read;
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error && read < text.size()) return refusal(fmt::format("is not JSON ({} at byte {})", error.message(), read));
  if (!error) parser.finish(error);
  if (error) {
    return refusal(fmt::format("ends early, after {} bytes: it was not written completely", text.size()));
  }
  const json::value value = parser.release();
  if (const auto other = foreign(value)) return *other;
  Report report;
  std::optional<std::string> problem;
  from_json(value, report, JsonSpot{problem, ""});
  if (problem) return refusal("is no whole report: " + *problem);
  return report;
}

}  // namespace bsn
