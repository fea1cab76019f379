// JSON values as text for people: indented JSON, or YAML. Numbers keep their value, keys their order.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace bsn {

// Two spaces per level; lists of plain values stay on one line. Ends with a line break.
std::string json_text(const boost::json::value& value);

// Block style; ends with a line break.
std::string yaml_text(const boost::json::value& value);

}  // namespace bsn
