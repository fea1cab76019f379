// What a gateway must not forget, in its data folder: three LMDB maps, by who writes them and how urgently.
//
//   accounts/  who may call             on the platter before a change is answered
//   quota/     what was granted a day   on the platter before a grant is used
//   nonces/    of signed requests       survive the process (a write into the page cache), not the machine: after a
//                                       restart of that, what was signed before it is refused
//
// Threads: each of the three is written by one thread at a time; reads come before the first write.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/account.h"
#include "core/quota.h"
#include "core/result.h"
#include "disk/lmdb.h"
#include "gateway/gateway.h"

namespace bsn {

class GatewayDisk {
 public:
  // Makes what is not there in an existing folder.
  static Result<std::unique_ptr<GatewayDisk>> open(const std::string& folder);

  // nullopt: none were written yet.
  Result<std::optional<Accounts>> accounts() const;
  Result<Done> write(const Accounts& accounts);

  Result<std::vector<QuotaRecord>> quotas() const;
  Result<Done> write(const std::vector<QuotaRecord>& records);

  // What an earlier process left, and that there is one now. nullopt: there was none.
  Result<std::optional<Resumed>> resume(std::int64_t now_unix_ns);
  // Those that have run out by then are dropped.
  Result<Done> write(const std::vector<UsedNonce>& nonces, std::int64_t now_unix_ns);

 private:
  GatewayDisk() = default;

  std::unique_ptr<Lmdb> accounts_, quotas_, nonces_;
};

// Makes the file with a fresh secret, readable by its owner only, unless it is there; gives the secret's SHA-256.
Result<Digest> admin_key_hash(const std::string& path);

}  // namespace bsn
