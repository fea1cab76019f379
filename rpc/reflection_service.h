// gRPC server reflection, v1alpha: lists the services and hands out the descriptors that this program was built with,
// so that a client without the .proto files can call it.
#pragma once

#include <string>
#include <vector>

#include "h2/methods.h"

namespace bsn {

// Adds its method. `services` are the names to list.
void add_reflection(h2::Methods& methods, std::vector<std::string> services);

}  // namespace bsn
