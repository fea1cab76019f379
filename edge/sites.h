// What an HTTP server serves: by the first site that takes a request.
//
// Threads: requests on the loops of their connections, drain() on the first loop.
#pragma once

#include <memory>
#include <vector>

#include "edge/site.h"

namespace bsn::edge {

class Sites {
 public:
  // Before anything is served.
  void add(std::unique_ptr<Site> site) { all_.push_back(std::move(site)); }

  // By 404 when no site takes it.
  void serve(const std::shared_ptr<Exchange>& exchange) const;

  // As Site::open.
  std::shared_ptr<SocketHandler> open(const HttpRequest& request, h2::Loop& loop) const;

  void drain() const;

 private:
  std::vector<std::unique_ptr<Site>> all_;
};

}  // namespace bsn::edge
