// Who makes a request, and what the request may cost: what the edge needs to call the gateway's methods for it.
#pragma once

#include <string>

#include "h2/metadata.h"

namespace bsn::edge {

struct Caller {
  std::string access_key;
  std::string origin;  // city; empty: the gateway's home
  std::string peer;    // its address

  h2::Metadata metadata() const {
    h2::Metadata made;
    made.add("x-api-key", access_key);
    if (!origin.empty()) made.add("x-bsn-origin", origin);
    return made;
  }
};

}  // namespace bsn::edge
