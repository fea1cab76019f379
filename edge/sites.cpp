#include "edge/sites.h"

#include "edge/json_error.h"

namespace bsn::edge {

void Sites::serve(const std::shared_ptr<Exchange>& exchange) const {
  for (const auto& site : all_) {
    if (site->serve(exchange)) return;
  }
  const std::string path(target(exchange->request()).substr(0, 256));
  exchange->respond(json_error(404, {h2::Code::unimplemented, "there is nothing at " + path}));
}

std::shared_ptr<SocketHandler> Sites::open(const HttpRequest& request, h2::Loop& loop) const {
  for (const auto& site : all_) {
    if (auto handler = site->open(request, loop)) return handler;
  }
  return nullptr;
}

void Sites::drain() const {
  for (const auto& site : all_) site->drain();
}

}  // namespace bsn::edge
