// Who may call: finds the project behind an access key, and says which networks it may use.
//
// Only SHA-256 digests of keys are kept. A lookup hashes the key, goes to the digests with the same first eight bytes
// and compares whole digests in constant time; with none there it compares with an empty one, so that known and unknown
// keys cost the same. What the search itself reveals is a place in the order of digests, from which no key follows.
// Bounds: one digest and the granted names per project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/gateway_spec.h"

namespace bsn {

class ProjectRegistry {
 public:
  explicit ProjectRegistry(const std::vector<ProjectSpec>& projects);

  // Position of the project in the list given to the constructor; nullopt for a missing, unknown or revoked key.
  std::optional<std::size_t> find(std::string_view access_key) const;

  // Whether the project may use this network. A network that does not exist is granted to "*" only.
  bool granted(std::size_t project, std::string_view network) const;

  const std::string& name(std::size_t project) const { return entries_[project].name; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    bool all_networks = false;
    std::vector<std::string> networks;
  };
  struct Key {
    std::uint64_t prefix = 0;  // first eight bytes of the digest: what the list is sorted by
    Digest hash;
    std::size_t project = 0;
  };

  std::vector<Entry> entries_;
  std::vector<Key> keys_;
};

}  // namespace bsn
