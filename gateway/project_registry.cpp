#include "gateway/project_registry.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace bsn {
namespace {

std::uint64_t prefix_of(const Digest& digest) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, digest.bytes.data(), sizeof(prefix));
  return prefix;
}

// Looks at every byte whatever it finds, so that the time says nothing about where two digests differ.
bool equal_in_constant_time(const Digest& a, const Digest& b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) difference |= static_cast<unsigned>(a.bytes[i] ^ b.bytes[i]);
  return difference == 0;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

ProjectRegistry::ProjectRegistry(const Accounts& accounts, std::int64_t zero_unix_ns) {
  constexpr Instant never{std::numeric_limits<std::int64_t>::max()};
  for (const ProjectAccount& project : accounts.projects) {
    const auto& networks = project.grants.networks;
    const bool all = std::find(networks.begin(), networks.end(), "*") != networks.end();
    const auto owner = std::find_if(accounts.portals.begin(), accounts.portals.end(),
                                    [&](const PortalAccount& portal) { return portal.name == project.portal; });
    const bool active = !project.revoked && owner != accounts.portals.end() && !owner->revoked;
    for (const AccessKey& key : project.keys) {
      if (!active || key.revoked) continue;
      const Instant ends = key.ends_ns == 0 ? never : Instant{key.ends_ns - zero_unix_ns};
      keys_[static_cast<std::size_t>(key.kind)].push_back(
          {prefix_of(key.verifier), key.verifier, entries_.size(), ends});
    }
    entries_.push_back({project.name, project.grants, all});
  }
  for (std::vector<Key>& keys : keys_) {
    std::stable_sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) { return a.prefix < b.prefix; });
  }
}

std::optional<std::size_t> ProjectRegistry::find(const std::vector<Key>& keys, const Digest& verifier, Instant now) {
  const std::uint64_t prefix = prefix_of(verifier);
  auto key =
      std::lower_bound(keys.begin(), keys.end(), prefix, [](const Key& k, std::uint64_t p) { return k.prefix < p; });
  std::optional<std::size_t> found;
  if (key == keys.end() || key->prefix != prefix) {
    if (equal_in_constant_time(Digest{}, verifier)) return std::nullopt;
  }
  for (; key != keys.end() && key->prefix == prefix; ++key) {
    if (equal_in_constant_time(key->verifier, verifier) && now < key->ends && !found) found = key->project;
  }
  return found;
}

std::optional<std::size_t> ProjectRegistry::find(std::string_view access_key, Instant now) const {
  return find(keys_[static_cast<std::size_t>(KeyKind::api)], sha256(access_key), now);
}

std::optional<std::size_t> ProjectRegistry::find_signer(KeyKind kind, const PublicKey& key, Instant now) const {
  return find(keys_[static_cast<std::size_t>(kind)], Digest{key.bytes}, now);
}

bool ProjectRegistry::granted(std::size_t project, std::string_view network) const {
  const Entry& entry = entries_[project];
  return entry.all_networks || contains(entry.grants.networks, network);
}

bool ProjectRegistry::granted(std::size_t project, const ChainName& chain, Operation operation) const {
  const Grants& grants = entries_[project].grants;
  if (!(operation == Operation::submit ? grants.write : grants.read)) return false;
  if (!granted(project, chain.network)) return false;
  return grants.services.empty() || contains(grants.services, to_string(chain));
}

bool ProjectRegistry::granted_method(std::size_t project, std::string_view contract, std::string_view function) const {
  const std::vector<std::string>& methods = entries_[project].grants.methods;
  if (methods.empty() || contains(methods, contract)) return true;
  return contains(methods, std::string(contract).append(".").append(function));
}

}  // namespace bsn
