#include "gateway/project_registry.h"

#include <algorithm>
#include <cstring>

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

}  // namespace

ProjectRegistry::ProjectRegistry(const std::vector<ProjectSpec>& projects) {
  for (const ProjectSpec& project : projects) {
    const bool all = std::find(project.networks.begin(), project.networks.end(), "*") != project.networks.end();
    keys_.push_back({prefix_of(project.key_hash), project.key_hash, entries_.size()});
    entries_.push_back({project.name, all, project.networks});
  }
  std::stable_sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.prefix < b.prefix; });
}

std::optional<std::size_t> ProjectRegistry::find(std::string_view access_key) const {
  const Digest hash = sha256(access_key);
  const std::uint64_t prefix = prefix_of(hash);
  auto key =
      std::lower_bound(keys_.begin(), keys_.end(), prefix, [](const Key& k, std::uint64_t p) { return k.prefix < p; });
  std::optional<std::size_t> found;
  if (key == keys_.end() || key->prefix != prefix) {
    if (equal_in_constant_time(Digest{}, hash)) return std::nullopt;
  }
  for (; key != keys_.end() && key->prefix == prefix; ++key) {
    if (equal_in_constant_time(key->hash, hash) && !found) found = key->project;
  }
  return found;
}

bool ProjectRegistry::granted(std::size_t project, std::string_view network) const {
  const Entry& entry = entries_[project];
  return entry.all_networks || std::find(entry.networks.begin(), entry.networks.end(), network) != entry.networks.end();
}

}  // namespace bsn
