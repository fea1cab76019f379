// grpc.health.v1 on the gateway's HTTP/2: Check and Watch, for the server as a whole and for each of its services.
//
// Threads: any. Bounds: one entry per open Watch; each gets a message per change.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "h2/call.h"

namespace bsn {

class HealthService {
 public:
  // Adds its methods. `services` are the names that may be asked for beside "".
  HealthService(h2::Methods& methods, std::vector<std::string> services);

  void set_serving(bool serving);

 private:
  class Watchers;

  std::shared_ptr<Watchers> watchers_;
};

}  // namespace bsn
