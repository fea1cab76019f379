// Leaves out of a dumped file what a reader would fill in anyway.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace bsn {

// The value without keys whose value is the default that the schema tells of, and without groups of which nothing is
// left. `schema` is that of the value, as made by config_shapes.h.
boost::json::value without_defaults(const boost::json::value& value, const boost::json::object& schema);

}  // namespace bsn
