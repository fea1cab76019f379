// Steps of services as JSON, for an operator's journal: the keys of scenario files (sim/service_keys.h).
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/result.h"
#include "sim/service_step.h"

namespace bsn {

boost::json::object service_step_json(const ServiceStep& step);

// What service_step_json gave; corrupt for anything else.
Result<ServiceStep> parse_service_step(const boost::json::value& value);

}  // namespace bsn
