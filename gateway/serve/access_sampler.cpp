#include "gateway/serve/access_sampler.h"

namespace bsn {

std::unique_ptr<AccessEntry> AccessSampler::take(const h2::Call& call, const ClientCall& arrived,
                                                 const Callers& callers) {
  if (!log_ || until_next_-- > 0) return nullptr;
  until_next_ = log_->every() - 1;
  auto entry = std::make_unique<AccessEntry>(AccessEntry{call.peer(), call.path(), "", "", ""});
  const ProjectRegistry& registry = callers.registry();
  const auto project = arrived.signature
                           ? registry.find_signer(arrived.signature->kind, arrived.signature->key, arrived.received)
                           : registry.find(arrived.access_key, arrived.received);
  if (project) entry->project = registry.name(*project);
  entry->network = to_string(arrived.call.chain);
  entry->traceparent = arrived.trace.there() ? to_traceparent(arrived.trace) : "";
  return entry;
}

}  // namespace bsn
