// The OpenAPI document of the JSON API (spec.openapis.org/oas/v3.0.3), made from the table of endpoints and the
// descriptors of their messages.
#pragma once

#include <string>

namespace bsn::edge {

std::string openapi();

}  // namespace bsn::edge
