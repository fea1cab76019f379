// Changes to the accounts of a gateway: what an administrator asks for, as pure functions from accounts to accounts.
//
// Errors: not_found, already_exists, invalid_configuration (what is asked for makes no sense), exhausted (a limit of
// AccountLimits); nothing has changed then.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/account.h"
#include "core/result.h"

namespace bsn {

struct CreatePortal {
  std::string name;
};

struct CreateProject {
  std::string name;
  std::string portal;  // not revoked
  Grants grants;
  Plan plan;
};

struct CreateKey {
  std::string project;  // not revoked, nor its portal
  KeyKind kind = KeyKind::api;
  Digest verifier;  // as in AccessKey
};

// A new key of the same kind and project; the old one is accepted until `ends_ns` (UNIX time).
struct RotateKey {
  std::string key;
  Digest verifier;
  std::int64_t ends_ns = 0;
};

struct RevokePortal {
  std::string name;
};
struct RevokeProject {
  std::string name;
};
struct RevokeKey {
  std::string key;
};

using AccountChange =
    std::variant<CreatePortal, CreateProject, CreateKey, RotateKey, RevokePortal, RevokeProject, RevokeKey>;

// The accounts after the change, one revision on.
Result<Accounts> changed(const Accounts& accounts, const AccountChange& change);

// The key that the last CreateKey or RotateKey of this project made.
const AccessKey& newest_key(const ProjectAccount& project);

// The project that has this key; nullptr: none.
const ProjectAccount* project_of_key(const Accounts& accounts, const std::string& key);

// Whether the project's keys count: neither it nor its portal is revoked.
bool active(const Accounts& accounts, const ProjectAccount& project);

// Ids of the keys that a rotation of the whole project replaces: API keys in use that have not been rotated yet.
std::vector<std::string> keys_to_rotate(const ProjectAccount& project);

}  // namespace bsn
