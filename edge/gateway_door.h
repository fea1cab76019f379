// What the edge asks of the gateway beside its methods.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/gateway_spec.h"
#include "core/mac_signature.h"
#include "edge/caller.h"

namespace bsn::edge {

// A chain that is offered to clients of the network that it simulates.
struct NativeChain {
  ChainName chain;
  NativeInterface native;
};

class GatewayDoor {
 public:
  virtual ~GatewayDoor() = default;

  // nullopt: nothing is offered by this name (or the gateway serves nothing yet). From any thread.
  virtual std::optional<NativeChain> native(std::string_view netcode) const = 0;

  // Whether there is such a chain. From any thread.
  virtual bool offers(const ChainName& chain) const = 0;

  // The project of an access key; nullopt: the key is not known. From any thread.
  virtual std::optional<std::string> project(std::string_view access_key) const = 0;

  // The keys of this project that BSN's permissioned shape is signed with and that are good now. From any thread.
  virtual std::vector<MacKey> mac_keys(std::string_view project) const = 0;

  // Judges a request that is answered at the edge as a call would be: key, grant, rate and quota; takes one call's
  // credit. `done` gets the refusal, or nothing, once, on the machine's thread.
  using Admitted = std::function<void(std::optional<Reply> refused)>;
  virtual void admit(const Caller& caller, const ChainName& chain, Admitted done) const = 0;
};

}  // namespace bsn::edge
