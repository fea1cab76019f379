// Runs a scenario the way the options say, with progress on standard error.
#pragma once

#include "core/result.h"
#include "sim/cli/commands.h"
#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

Result<Report> run_scenario(const Scenario& scenario, const RunOptions& options);

}  // namespace bsn
