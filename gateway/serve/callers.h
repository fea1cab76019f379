// Who may call, as the HTTP/2 loops look at it: the accounts of the moment, and the check of a signature.
//
// Immutable: another one is made when the accounts change. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/gateway.h"
#include "gateway/project_registry.h"
#include "h2/call.h"

namespace bsn {

// What of a request is signed beside its metadata and path.
struct SignedParts {
  std::string_view network;  // "fabric/trade"; empty: about none
  std::string_view idempotency_key;
  std::string_view body;  // the message as sent
};

class Callers {
 public:
  // `gateway`: its name, the id of its home city. `zero_unix_ns`: UNIX time at Instant 0.
  Callers(std::shared_ptr<const Accounts> accounts, std::string gateway, std::int64_t zero_unix_ns);

  // Whether somebody has this access key.
  bool know(std::string_view access_key, Instant now) const { return registry_.find(access_key, now).has_value(); }

  // Who signed the request: as its carrier vouches, or by its metadata x-bsn-key, -timestamp, -nonce and -signature;
  // nullptr: nobody whom we know, or not this request. An Ed25519 signature is verified (some 120 us) only when the key
  // is a known one.
  std::shared_ptr<const SignedBy> signer(const h2::Call& call, const SignedParts& parts, Instant now) const;

  const Accounts& accounts() const { return *accounts_; }
  const ProjectRegistry& registry() const { return registry_; }

 private:
  std::shared_ptr<const Accounts> accounts_;
  std::string gateway_;
  ProjectRegistry registry_;
};

}  // namespace bsn
