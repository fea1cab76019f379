// A report for tests of what reads and shows reports.
#pragma once

#include "sim/report.h"

namespace bsn {

// Of the two-city scenario, in which all went well enough.
Report some_report();

}  // namespace bsn
