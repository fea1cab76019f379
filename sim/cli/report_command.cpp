#include "sim/cli/commands.h"
#include "sim/cli/output_file.h"
#include "sim/cli/report_format.h"

namespace bsn {

int command_report(const ReportOptions& options) {
  const Result<Report> report = load_report(options.file);
  if (!report) return report_error(report.error());
  OutputFile output(options.output);
  if (auto done = output.writable(); !done) return report_error(done.error());
  if (auto done = output.write(rendered(*report, options.format)); !done) return report_error(done.error());
  return 0;
}

}  // namespace bsn
