// The site of the gateway's API as JSON: endpoint.h's table, and /openapi.json.
#pragma once

#include "edge/site.h"
#include "h2/methods.h"

namespace bsn::edge {

class JsonApi final : public Site {
 public:
  // `methods` outlive it.
  explicit JsonApi(const h2::Methods& methods) : methods_(methods) {}

  bool serve(const std::shared_ptr<Exchange>& exchange) override;

 private:
  const h2::Methods& methods_;
};

}  // namespace bsn::edge
