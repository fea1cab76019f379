// Who may call a gateway: portals own projects; a project has access keys, grants and a plan.
//
// Nothing is ever taken out of an Accounts, only revoked: a project keeps its position and its name for good, so that
// what was counted or logged for it is never another one's. No secret is in here: of an API key its SHA-256, of an
// Ed25519 key the public half.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/gateway_spec.h"

namespace bsn {

// What a project may call. The chain of a service is open to the service's owner alone, whatever is granted.
struct Grants {
  std::vector<std::string> networks{};  // "*": all
  std::vector<std::string> services{};  // chains of these networks, "fabric/trade"; empty: all of them
  std::vector<std::string> methods{};   // "kv" (a whole contract) or "kv.get"; empty: all
  bool read = true;
  bool write = true;
  bool operator==(const Grants&) const = default;
};

enum class KeyKind : std::uint8_t {
  api,        // a secret that the caller sends
  ed25519,    // the caller signs with a key that it alone has
  secp256r1,  // so too, in BSN's permissioned shape: ECDSA over SHA-256
  secp256k1,
  sm2,  // SM2 over SM3
};
std::string_view to_string(KeyKind kind);

struct AccessKey {
  std::string id;  // "shop-2": public, names it in lists and changes; never used again
  KeyKind kind = KeyKind::api;
  // api: SHA-256 of the key. ed25519: the 32 bytes of the public key. The others: x of the public point. Two points
  // have it, but who can sign for one of them has the secret of both.
  Digest verifier;
  std::int64_t ends_ns = 0;  // UNIX time from which on it is not accepted, after a rotation's grace; 0: never
  bool revoked = false;
  bool operator==(const AccessKey&) const = default;
};

struct ProjectAccount {
  std::string name;
  std::string portal;
  Grants grants{};
  Plan plan{};
  std::optional<RoutingRule> routing{};  // of its calls; none: as the route has it
  std::vector<AccessKey> keys{};         // the oldest first
  std::uint32_t keys_made = 0;           // also those that are in the list no more
  bool revoked = false;
  bool operator==(const ProjectAccount&) const = default;
};

struct PortalAccount {
  std::string name;
  bool revoked = false;
  bool operator==(const PortalAccount&) const = default;
};

struct Accounts {
  std::uint64_t revision = 0;  // grows with every change
  std::vector<PortalAccount> portals{};
  std::vector<ProjectAccount> projects{};
  bool operator==(const Accounts&) const = default;
};

struct AccountLimits {
  static constexpr std::size_t portals = 1'000;
  static constexpr std::size_t projects = 10'000;
  static constexpr std::size_t keys = 16;     // of one project that are not revoked
  static constexpr std::size_t listed = 64;   // of one project with the revoked ones, of which the oldest are forgotten
  static constexpr std::size_t grants = 256;  // entries of each of the lists of a project's grants
};

// The portal that owns the projects of a topology.
inline constexpr const char* topology_portal = "topology";

// What a gateway begins with: the projects of its commission, each with its one key.
Accounts accounts_of(const std::vector<ProjectSpec>& projects);

// What is wrong with it, in a sentence; nullopt: nothing. Looks at names (present, unique, of existing portals),
// verifiers (present, unique), figures (finite, in range) and limits.
std::optional<std::string> check(const Accounts& accounts);

// Why a gateway that works with `now` can't go over to `next`; nullopt: it can. Revisions are not compared.
std::optional<std::string> check_next(const Accounts& now, const Accounts& next);

}  // namespace bsn
