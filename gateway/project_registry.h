// Who may call: finds the project behind a key, and says what it may call.
//
// A lookup of an API key hashes it, goes to the digests with the same first eight bytes and compares whole digests in
// constant time; with none there it compares with an empty one, so that known and unknown keys cost the same. What the
// search itself reveals is a place in the order of digests, from which no key follows. Revoked keys are not in here.
// Immutable: another one is made when the accounts change. Any thread. Bounds: AccountLimits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/account.h"
#include "core/call.h"
#include "core/signature.h"

namespace bsn {

class ProjectRegistry {
 public:
  // `zero_unix_ns`: UNIX time at Instant 0, on which the ends of keys are seen.
  explicit ProjectRegistry(const Accounts& accounts, std::int64_t zero_unix_ns = 0);

  // Position of the project among the accounts' projects; nullopt for a missing, unknown, revoked or ended key.
  std::optional<std::size_t> find(std::string_view access_key, Instant now) const;

  // The same for the key that a request is signed with, which is no API key.
  std::optional<std::size_t> find_signer(KeyKind kind, const PublicKey& key, Instant now) const;

  // Whether the project may use this network at all. A network that does not exist is granted to "*" only.
  bool granted(std::size_t project, std::string_view network) const;

  // Whether it may read from (or write to) this chain of a granted network, whatever it calls there.
  bool granted(std::size_t project, const ChainName& chain, Operation operation) const;

  // Whether it may call this method.
  bool granted_method(std::size_t project, std::string_view contract, std::string_view function) const;

  const std::string& name(std::size_t project) const { return entries_[project].name; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    Grants grants;
    bool all_networks = false;
  };
  struct Key {
    std::uint64_t prefix = 0;  // first eight bytes of the verifier: what the list is sorted by
    Digest verifier;
    std::size_t project = 0;
    Instant ends;
  };

  static std::optional<std::size_t> find(const std::vector<Key>& keys, const Digest& verifier, Instant now);

  std::vector<Entry> entries_;
  std::array<std::vector<Key>, 5> keys_;  // by KeyKind
};

}  // namespace bsn
