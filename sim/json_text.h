// JSON for people: indented by two spaces, what fits on a line stays on it, numbers in their shortest form.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace bsn {

// Keys keep the order in which they were inserted. Numbers that JSON can't say (NaN, infinity) become null.
std::string json_text(const boost::json::value& value);

}  // namespace bsn
