// The forms that a report can be printed in.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "sim/report.h"

namespace bsn {

// "summary", "json", "html", "csv", "hgrm", "junit", "prometheus"
const std::vector<std::string>& report_formats();

// In one of these forms, ending with a newline.
std::string rendered(const Report& report, const std::string& format);

// Reads a report that was written as JSON. invalid_configuration, naming the file: there is none, or it holds no report
// that parse_report takes.
Result<Report> load_report(const std::string& path);

}  // namespace bsn
